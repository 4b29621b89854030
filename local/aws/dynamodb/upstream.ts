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
      const {
        statusCode,
        headers: answered,
        body: answer,
      } = await pool
        .request({ path: '/', method: 'POST', headers: { ...carried(headers), authorization }, body })
        .catch((cause: unknown) => {
          const why = cause instanceof Error ? cause.message : String(cause);
          throw new AwsError('InternalServerError', `The DynamoDB engine at ${url} does not answer: ${why}`, 500);
        });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const error = statusCode >= 400 ? errorName(bytes) : undefined;
      return { status: statusCode, headers: carried(answered), body: bytes, error };
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
};

const CARRIED = ['content-type', 'x-amz-target', 'x-amz-date', 'x-amzn-requestid'];

const carried = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(CARRIED.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])));

const errorName = (body: Buffer): string | undefined =>
  /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(body.toString())?.[1];
