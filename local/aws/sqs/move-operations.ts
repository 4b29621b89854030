import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import { operation, type SqsOperations } from './operation.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';
import type { Clock } from '../../clock.ts';

const Start = z.strictObject({ SourceArn: z.string(), DestinationArn: z.optional(z.string()) });
const List = z.strictObject({ SourceArn: z.string(), MaxResults: z._default(z.int(), 1) });

/** A redrive as it is listed; one that began here is complete already. */
type Task = {
  Status: 'COMPLETED';
  SourceArn: string;
  DestinationArn?: string;
  ApproximateNumberOfMessagesMoved: number;
  ApproximateNumberOfMessagesToMove: number;
  StartedTimestamp: number;
};

/** Redriving a dead-letter queue (SQS API Reference, "StartMessageMoveTask"). */
export const moveOperations = (queues: Queues, clock: Clock): SqsOperations => {
  const tasks: Task[] = [];
  return {
    StartMessageMoveTask: operation(Start, {
      access: ({ SourceArn, DestinationArn }) => [
        ...['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((action) => ({
          action,
          queue: SourceArn,
        })),
        ...destinations(queues, SourceArn, DestinationArn).map((queue) => ({ action: 'SendMessage', queue })),
      ],
      run: ({ SourceArn, DestinationArn }) => {
        const StartedTimestamp = clock.now();
        const source = deadLetterQueue(queues, SourceArn);
        const messages = source.count().visible;
        const moved = source.redrive(DestinationArn);
        tasks.unshift({
          Status: 'COMPLETED',
          SourceArn,
          ...(DestinationArn !== undefined && { DestinationArn }),
          ApproximateNumberOfMessagesMoved: moved,
          ApproximateNumberOfMessagesToMove: messages,
          StartedTimestamp,
        });
        const handle = { taskId: String(tasks.length), sourceArn: SourceArn };
        return { TaskHandle: Buffer.from(JSON.stringify(handle)).toString('base64') };
      },
    }),
    ListMessageMoveTasks: operation(List, {
      access: ({ SourceArn }) => [{ action: 'ListMessageMoveTasks', queue: SourceArn }],
      run: ({ SourceArn, MaxResults }) => ({
        Results: tasks.filter((task) => task.SourceArn === SourceArn).slice(0, MaxResults),
      }),
    }),
  };
};

const destinations = (queues: Queues, source: string, destination: string | undefined): string[] =>
  destination === undefined ? queues.sourcesOf(source).map(({ config }) => config.arn) : [destination];

const deadLetterQueue = (queues: Queues, arn: string): Queue => {
  if (queues.sourcesOf(arn).length > 0) return queues.byArn(arn);
  throw new AwsError('ResourceNotFoundException', `${arn} is the dead-letter queue of no queue of the template.`, 404);
};
