import type { IncomingMessage } from 'node:http';

import { newTraceId } from './ids.ts';
import type { IdentitySource } from './read-authorizers.ts';

type Values = Record<string, string[]>;

/** What a client said when it asked to connect, in the shape in which events carry it. */
export type Handshake = {
  /** The first part of the path. */
  stageName: string | undefined;
  sourceIp: string;
  userAgent: string | undefined;
  event: {
    headers: Record<string, string>;
    multiValueHeaders: Values;
    queryStringParameters?: Record<string, string>;
    multiValueQueryStringParameters?: Values;
  };
};

/** Headers of the hop between client and edge, which are not part of the request. */
const HOP_HEADERS = new Set(['connection', 'upgrade']);

export const readHandshake = (request: IncomingMessage, now: number): Handshake => {
  const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const [path, query] = split(request.url ?? '/');
  const multiValueHeaders = requestHeaders(request, { sourceIp, now });
  const parameters = grouped([...new URLSearchParams(query)]);
  return {
    stageName: /^\/([^/]+)\/?$/.exec(path)?.[1],
    sourceIp,
    userAgent: request.headers['user-agent'],
    event: {
      headers: lastOfEach(multiValueHeaders),
      multiValueHeaders,
      ...(Object.keys(parameters).length > 0 && {
        queryStringParameters: lastOfEach(parameters),
        multiValueQueryStringParameters: parameters,
      }),
    },
  };
};

/** What stands at an identity source; nothing where it is missing or empty. */
export const valueAt = ({ event }: Handshake, { place, name }: IdentitySource): string | undefined => {
  const found =
    place === 'header'
      ? Object.entries(event.headers).find(([key]) => key.toLowerCase() === name)?.[1]
      : event.queryStringParameters?.[name];
  return found === '' ? undefined : found;
};

const split = (url: string): [string, string] => {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
};

/** The client's headers as it spelled them, and those that the edge adds. */
const requestHeaders = (request: IncomingMessage, { sourceIp, now }: { sourceIp: string; now: number }): Values => {
  const sent = request.rawHeaders
    .flatMap((name, index, all): [string, string][] => (index % 2 === 0 ? [[name, all[index + 1] ?? '']] : []))
    .filter(([name]) => !HOP_HEADERS.has(name.toLowerCase()) && !/^x-forwarded-/i.test(name));
  const forwarded = request.headers['x-forwarded-for'];
  return grouped([
    ...sent,
    ['X-Amzn-Trace-Id', newTraceId(now)],
    ['X-Forwarded-For', forwarded === undefined ? sourceIp : `${String(forwarded)}, ${sourceIp}`],
    ['X-Forwarded-Port', String(request.socket.localPort ?? '')],
    ['X-Forwarded-Proto', 'http'],
  ]);
};

const grouped = (pairs: readonly [string, string][]): Values => {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
};

const lastOfEach = (values: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
