import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';
import { AwsError } from '../errors.ts';
import type { AwsRequest, Reply } from '../service.ts';

/** Toward the engine all callers are one: AWS's DynamoDB Local keeps separate tables for each access key. */
export const engineCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export type Upstream = AsyncDisposable & { send: (request: AwsRequest) => Promise<Reply> };

/** Passes requests on to the engine as they are, and its answers back. */
export const connectUpstream = (url: string, region: string): Upstream => {
  const pool = new Pool(url);
  const scope = `Credential=${engineCredentials.accessKeyId}/20120810/${region}/dynamodb/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  return {
    send: async ({ headers, body }) => {
      const reply = await exchange(pool, { ...carried(headers), authorization }, body).catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new AwsError('InternalServerError', `The DynamoDB engine at ${url} does not answer: ${why}`, 500);
      });
      return reply.status < 400 ? reply : { ...reply, error: errorName(reply.body) };
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
};

/** One request and its answer, without the streams and aborts of `pool.request`: every call of every function passes here. */
const exchange = (pool: Pool, headers: Record<string, string>, body: Buffer): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let start: Pick<Reply, 'status' | 'headers'> = { status: 0, headers: {} };
    pool.dispatch(
      { path: '/', method: 'POST', headers, body },
      {
        // By this undici knows the handler for one of its present kind.
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status, answered) => {
          start = { status, headers: carried(answered) };
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => resolve({ ...start, body: Buffer.concat(chunks) }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });

const CARRIED = ['content-type', 'x-amz-target', 'x-amz-date', 'x-amzn-requestid'];

const carried = (headers: IncomingHttpHeaders): Record<string, string> => {
  const some: Record<string, string> = {};
  for (const name of CARRIED) {
    const value = headers[name];
    if (typeof value === 'string') some[name] = value;
  }
  return some;
};

const errorName = (body: Buffer): string | undefined =>
  /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(body.toString())?.[1];
