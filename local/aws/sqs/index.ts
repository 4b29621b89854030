import type { Clock } from '../../clock.ts';
import { AwsError } from '../errors.ts';
import type { Service } from '../service.ts';
import { protocol } from './errors.ts';
import { moveOperations } from './move-operations.ts';
import type { SqsOperation, SqsOperations } from './operation.ts';
import { queueOperations } from './queue-operations.ts';
import type { Queues } from './queues.ts';
import { receiveOperation } from './receive-operation.ts';
import { sendOperations } from './send-operations.ts';
import { settleOperations } from './settle-operations.ts';

export { bodyDigest } from './message.ts';
export { attributesDigest } from './message-attributes.ts';
export type { Queue, Received } from './queue.ts';
export { type Delivery, openQueues, type Queues } from './queues.ts';
export { systemAttributes } from './system-attributes.ts';

/** The API of the queues, as clients of SQS speak it. */
export const serveSqs = (queues: Queues, clock: Clock): Service => {
  const operations: SqsOperations = {
    ...sendOperations(queues),
    ...receiveOperation(queues, clock),
    ...settleOperations(queues),
    ...queueOperations(queues),
    ...moveOperations(queues, clock),
  };
  const find = (name: string): SqsOperation => {
    const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (found !== undefined) return found;
    throw new AwsError('UnknownOperationException', `The local cloud does not serve SQS's ${name}.`);
  };
  return {
    name: 'sqs',
    protocol,
    operations: Object.keys(operations),
    actions: (operation, input) =>
      find(operation)
        .access(input)
        .map(({ action, queue }) => ({ action: `sqs:${action}`, resource: queue, context: {} })),
    handle: async ({ operation, input, headers, caller }) => {
      const origin = `http://${headers.host ?? ''}`;
      const output = await find(operation).run(input, { caller, origin });
      return {
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: Buffer.from(JSON.stringify(output)),
      };
    },
    // The queues belong to whoever opened them: other services deliver to them too.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};
