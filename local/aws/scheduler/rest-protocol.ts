import { AwsError } from '../errors.ts';
import type { AwsRequest, Operation, Protocol, Reply } from '../service.ts';

const operations: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  GET: 'GetSchedule',
  PUT: 'UpdateSchedule',
  DELETE: 'DeleteSchedule',
};

/** REST with JSON bodies: `/schedules/<name>`, or `/schedules` for the list (Scheduler API Reference, "Actions"). */
export const restProtocol: Protocol = {
  read: (request) => {
    const { pathname, searchParams } = new URL(request.path, 'http://localhost');
    const [, collection, name, ...more] = pathname.split('/').map(decodeURIComponent);
    const query = Object.fromEntries(searchParams);
    if (collection === 'schedules' && more.length === 0) {
      if (name === undefined && request.method === 'GET') return { operation: 'ListSchedules', input: query };
      if (name !== undefined) return read(request, { name, query });
    }
    throw unknown(request);
  },
  fail: (error) => {
    const status = error.name === 'AccessDeniedException' ? 403 : error.status;
    const reply = jsonReply({ Message: error.message }, status);
    return { ...reply, headers: { ...reply.headers, 'x-amzn-errortype': error.name }, error: error.name };
  },
};

export const jsonReply = (body: object, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});

const read = (request: AwsRequest, { name, query }: { name: string; query: Record<string, string> }): Operation => {
  const operation = operations[request.method];
  if (operation === undefined) throw unknown(request);
  const { groupName, clientToken } = query;
  const given = { Name: name, ...(groupName !== undefined && { GroupName: groupName }) };
  if (request.body.length === 0)
    return { operation, input: { ...given, ...(clientToken && { ClientToken: clientToken }) } };
  return { operation, input: { ...parseBody(request.body), ...given } };
};

const unknown = ({ method, path }: AwsRequest): AwsError =>
  new AwsError('UnknownOperationException', `The local cloud does not serve Scheduler's ${method} ${path}.`, 404);

const parseBody = (body: Buffer): object => {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Falls through to the one error for whatever is no JSON object.
  }
  throw new AwsError('ValidationException', 'The request body is not a JSON object.');
};
