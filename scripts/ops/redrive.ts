import { GetQueueAttributesCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { OpsError } from './ops-error.ts';
import { isDecided, type Operator } from './operator.ts';

/** A queue of work, and where what it gave up lies, by their ARNs; `count` of that. */
type GivenUp = { name: string; deadLetters: string; queue: string; count: number };

/** As the dashboard calls them, and as the stack does. */
const queueNames = {
  closing: 'Closing',
  deadlines: 'Deadlines',
  releases: 'PushReleases',
  wakeups: 'WakeupsNotices',
} as const;

const attributesOf = async ({ clients: { queues } }: Operator, QueueUrl: string) => {
  const { Attributes = {} } = await queues.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages'] }),
  );
  return { arn: Attributes['QueueArn'] ?? '', count: Number(Attributes['ApproximateNumberOfMessages']) };
};

const findGivenUp = (operator: Operator): Promise<GivenUp[]> => {
  const find = (logicalId: string) => operator.stack.starting('AWS::SQS::Queue', logicalId).physicalId;
  return Promise.all(
    Object.entries(queueNames).map(async ([name, id]) => {
      const [dead, queue] = await Promise.all([
        attributesOf(operator, find(`${id}DeadLetters`)),
        attributesOf(operator, find(`${id}Queue`)),
      ]);
      return { name, deadLetters: dead.arn, queue: queue.arn, count: dead.count };
    }),
  );
};

/** Gives work that was given up back to its queue, to be tried as often as before. */
export const redrive = async (operator: Operator, wanted: string | undefined): Promise<void> => {
  const { clients, say } = operator;
  const all = await findGivenUp(operator);
  const chosen = all.filter(({ name }) => wanted === undefined || name === wanted);
  if (chosen.length === 0) {
    throw new OpsError(`There is no queue ${wanted}: there are ${Object.keys(queueNames).join(', ')}.`);
  }
  for (const { name, count } of chosen) say(`${name}: ${count} given up`);
  const full = chosen.filter(({ count }) => count > 0);
  if (full.length === 0 || !isDecided(operator, 'give them back to their queues')) return;
  for (const { name, deadLetters: SourceArn, queue: DestinationArn } of full) {
    // Named, because what a topic could not bring to the queue lies there too: SQS does not know where that belongs.
    await clients.queues.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
    say(`${name}: on their way back to the queue; dlq redrive ${name} shows what is left.`);
  }
};
