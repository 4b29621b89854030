import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

import { meetFaults } from '../faults/index.ts';
import { type Connections, departureOf, type OpenConnection } from './connections.ts';
import type { Edge } from './edge.ts';
import { limits } from './limits.ts';

/** Decides by IAM whether whoever signed a request may do something, and which function it is, if it is one. */
export type Authorize = (
  request: IncomingMessage,
  action: string,
  resource: string,
) => { allowed: true; function?: string | undefined } | { allowed: false; message: string };

/** `cut`: the connection is cut instead. */
export type Answer = ({ status: number; body?: object } | ErrorAnswer) & { cut?: boolean };

type ErrorAnswer = { status: number; type: string; message: string };

const FORBIDDEN: ErrorAnswer = { status: 403, type: 'ForbiddenException', message: 'Forbidden' };
const TOO_MANY: ErrorAnswer = { status: 429, type: 'LimitExceededException', message: 'Too Many Requests' };
const BUFFER_FULL: ErrorAnswer = { ...TOO_MANY, message: 'The client does not read: its buffer is full' };
const TOO_LARGE: ErrorAnswer = { status: 413, type: 'PayloadTooLargeException', message: 'Over 128 KB' };
// Unverified: outbound binary, which is refused here so that nobody relies on it.
const NOT_TEXT: ErrorAnswer = { status: 400, type: 'BadRequestException', message: 'The body must be UTF-8 text' };
// The message is what clients report (aws/aws-sdk-js#3773). An id that never existed was reported to give 403 in 2019
// (awsdocs/amazon-api-gateway-developer-guide#27); posting before $connect has returned gives 410
// (repost.aws/knowledge-center/410-gone-api-gateway), and so do both here.
const GONE: ErrorAnswer = { status: 410, type: 'GoneException', message: '410' };

/** `POST|GET|DELETE /{stage}/@connections/{id}`, as the SDK's ApiGatewayManagementApi client calls it. */
export const manageConnections =
  (edge: Edge, connections: Connections, authorize: Authorize) =>
  async (request: IncomingMessage): Promise<Answer> => {
    const target = targetOf(request);
    if (target === undefined || !edge.api.stages.has(target.stage)) return FORBIDDEN;
    const { method, stage, id } = target;
    const resource = `${edge.api.arn}/${stage}/${method}/@connections/${id}`;
    const access = authorize(request, 'execute-api:ManageConnections', resource);
    if (!access.allowed) return { status: 403, type: 'AccessDeniedException', message: access.message };
    if (!edge.throttle.callback()) return TOO_MANY;

    const body = method === 'POST' ? await readBody(request) : Buffer.alloc(0);
    if (body === undefined) return TOO_LARGE;
    const trace = request.headers['x-amzn-trace-id']?.toString();
    const perform = (): Answer => {
      const connection = connections.get(id);
      if (connection?.stage.name !== stage) return GONE;
      switch (method) {
        case 'GET':
          return describe(connection);
        case 'POST':
          return post({ edge, connections, trace }, connection, body);
        case 'DELETE':
          connections.close(connection, departureOf(1000));
          return { status: 204 };
      }
    };
    const call = { service: 'execute-api', operation: operations[method], function: access.function, trace };
    return access.function === undefined ? perform() : withFaults(edge, call, perform);
  };

/** The operations by the names that the SDK gives them. */
const operations = { GET: 'GetConnection', POST: 'PostToConnection', DELETE: 'DeleteConnection' } as const;

/** What faults may be set on, for the service `execute-api`. */
export const managementOperations: readonly string[] = Object.values(operations);

const withFaults = async (
  { faults }: Edge,
  call: Parameters<typeof meetFaults>[1],
  perform: () => Answer,
): Promise<Answer> => {
  if (faults?.armed() !== true) return perform();
  const posting = call.operation === operations.POST;
  const occasion = { what: 'execute-api PostToConnection', by: call.function, trace: call.trace };
  const failure = posting ? faults.draw('post-failure', occasion) : undefined;
  const { error, cut } = await meetFaults(faults, call);
  if (error !== undefined) return { status: error.status, type: error.name, message: error.message, cut };
  return { ...(failure === undefined ? perform() : postFailures[failure.fault.status]), cut };
};

const postFailures: Record<410 | 429 | 500 | 503, ErrorAnswer> = {
  410: GONE,
  429: TOO_MANY,
  // Unverified: the names of these two.
  500: { status: 500, type: 'InternalServerErrorException', message: 'Internal server error' },
  503: { status: 503, type: 'ServiceUnavailableException', message: 'Service Unavailable' },
};

const describe = ({ connectedAt, lastActiveAt, identity }: OpenConnection): Answer => ({
  status: 200,
  body: {
    connectedAt: new Date(connectedAt).toISOString(),
    identity: { sourceIp: identity.sourceIp, userAgent: identity.userAgent ?? '' },
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  },
});

type Posting = { edge: Edge; connections: Connections; trace: string | undefined };

const post = ({ edge, connections, trace }: Posting, connection: OpenConnection, body: Buffer): Answer => {
  if (!isUtf8(body)) return NOT_TEXT;
  if (!connections.send(connection, body)) return BUFFER_FULL;
  edge.tell({ kind: 'posted', connection, bytes: body.length, trace });
  return { status: 200 };
};

const targetOf = ({ method, url = '' }: IncomingMessage) => {
  const [, stage, id] = /^\/([^/?]+)\/(?:@|%40)connections\/([^/?]+)$/.exec(url) ?? [];
  if (stage === undefined || id === undefined) return undefined;
  if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') return undefined;
  return { method, stage, id: decoded(id) } as const;
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not an encoded id, so no connection has it.
    return part;
  }
};

/** The whole body; nothing when it is larger than a message may be. */
const readBody = async (request: AsyncIterable<Buffer>): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= limits.messageBytes) chunks.push(chunk);
  }
  return size > limits.messageBytes ? undefined : Buffer.concat(chunks);
};
