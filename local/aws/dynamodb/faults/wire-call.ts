import type { Upstream } from '../upstream.ts';

/** A call to an engine in the wire's own JSON, which need not be understood to be copied. Throws when it fails. */
export const wireCall = async (upstream: Upstream, operation: string, input: object): Promise<unknown> => {
  const { body, error } = await upstream.send({
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ''),
    },
    body: Buffer.from(JSON.stringify(input)),
  });
  if (error !== undefined) throw new Error(`${operation} failed: ${body.toString()}`);
  return JSON.parse(body.toString());
};
