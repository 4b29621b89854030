import { AwsError } from '../errors.ts';
import { jsonProtocol } from '../json-protocol.ts';
import type { Protocol } from '../service.ts';

const json = jsonProtocol('AmazonSQS', '1.0');

/** What the errors are called in the older Query protocol, by which clients still know them. */
const queryNames: ReadonlyMap<string, string> = new Map([
  ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
  ...[
    'BatchEntryIdsNotDistinct',
    'BatchRequestTooLong',
    'EmptyBatchRequest',
    'InvalidBatchEntryId',
    'MessageNotInflight',
    'PurgeQueueInProgress',
    'TooManyEntriesInBatchRequest',
    'UnsupportedOperation',
  ].map((name): [string, string] => [name, `AWS.SimpleQueueService.${name}`]),
]);

/** AWS JSON 1.0, with each error's older name in a header ("AWS JSON 1.0 protocol", Smithy's awsQueryCompatible). */
export const protocol: Protocol = {
  read: json.read,
  fail: (error) => {
    const reply = json.fail(error);
    const code = queryNames.get(error.name) ?? error.name;
    const fault = error.status < 500 ? 'Sender' : 'Receiver';
    return { ...reply, headers: { ...reply.headers, 'x-amzn-query-error': `${code};${fault}` } };
  },
};

/** The code of an entry of a batch that failed. */
export const codeOf = ({ name }: AwsError): string => queryNames.get(name) ?? name;

export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

export const noSuchQueue = (what: string): AwsError =>
  new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${what}. The template defines no such queue.`);
