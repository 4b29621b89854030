import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

import { type Connections, departureOf, type OpenConnection } from './connections.ts';
import type { Edge } from './edge.ts';
import { limits } from './limits.ts';

/** Decides by IAM whether whoever signed a request may do something. */
export type Authorize = (
  request: IncomingMessage,
  action: string,
  resource: string,
) => { allowed: true } | { allowed: false; message: string };

export type Answer = { status: number; body?: object } | ErrorAnswer;

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
    const connection = connections.get(id);
    if (connection?.stage.name !== stage) return GONE;
    switch (method) {
      case 'GET':
        return describe(connection);
      case 'POST':
        return post({ edge, connections, request }, connection, body);
      case 'DELETE':
        connections.close(connection, departureOf(1000));
        return { status: 204 };
    }
  };

const describe = ({ connectedAt, lastActiveAt, identity }: OpenConnection): Answer => ({
  status: 200,
  body: {
    connectedAt: new Date(connectedAt).toISOString(),
    identity: { sourceIp: identity.sourceIp, userAgent: identity.userAgent ?? '' },
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  },
});

type Posting = { edge: Edge; connections: Connections; request: IncomingMessage };

const post = ({ edge, connections, request }: Posting, connection: OpenConnection, body: Buffer): Answer => {
  if (!isUtf8(body)) return NOT_TEXT;
  if (!connections.send(connection, body)) return BUFFER_FULL;
  const trace = request.headers['x-amzn-trace-id'];
  edge.tell({ kind: 'posted', connection, bytes: body.length, trace: typeof trace === 'string' ? trace : undefined });
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
