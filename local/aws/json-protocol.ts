import { AwsError } from './errors.ts';
import type { Protocol } from './service.ts';

/** AWS JSON: the operation is in `x-amz-target` after the service's own prefix, input and errors are JSON bodies. */
export const jsonProtocol = (prefix: string, version: '1.0' | '1.1'): Protocol => ({
  read: ({ headers, body }) => {
    const target = String(headers['x-amz-target'] ?? '');
    const dot = target.lastIndexOf('.');
    if (target.slice(0, dot) !== prefix) {
      const wanted = `${prefix}.<operation>`;
      throw new AwsError('UnknownOperationException', `The x-amz-target header must be ${wanted}, not "${target}".`);
    }
    return { operation: target.slice(dot + 1), input: parseBody(body) };
  },
  fail: ({ name, message, status }) => ({
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: Buffer.from(JSON.stringify({ __type: `com.amazon.coral.service#${name}`, message })),
    error: name,
  }),
});

const parseBody = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
};
