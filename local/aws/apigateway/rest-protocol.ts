import { AwsError } from '../errors.ts';
import type { Protocol } from '../service.ts';

/** AWS REST JSON: the operation is a method and a path; an error's name is in a header. */
export const restProtocol: Protocol = {
  read: ({ method, path, body }) => ({ operation: `${method} ${path}`, input: parseBody(body) }),
  fail: ({ name, message, status }) => ({
    // What IAM refuses is 403 in this protocol.
    status: name === 'AccessDeniedException' ? 403 : status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
    body: Buffer.from(JSON.stringify({ message })),
    error: name,
  }),
};

const parseBody = (body: Buffer): unknown => {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString());
  } catch {
    throw new AwsError('BadRequestException', 'The request body is not valid JSON.');
  }
};
