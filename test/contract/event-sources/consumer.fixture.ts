import * as z from 'zod/mini';
import { startEventSources } from '../../../local/event-sources/index.ts';
import type { Invocation } from '../../../local/lambda/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFunction, makeTemplate } from '../aws/aws.fixture.ts';
import { makeQueue, queueArn, redriveTo, startQueues, type TestQueues } from '../sqs/sqs.fixture.ts';

const Event = z.object({
  Records: z.array(z.looseObject({ messageId: z.string(), body: z.string(), receiptHandle: z.string() })),
});
type Event = z.infer<typeof Event>;

/** A batch that the function got, and with what it ends. */
export type Batch = { event: Event; bodies: string[]; end: (invocation: Invocation) => void };

const consumerArn = 'arn:aws:lambda:us-east-1:000000000000:function:Test-Consumer';

export type Consumer = TestQueues & {
  send: (...bodies: string[]) => void;
  /** The next batch that the function gets, or got and was not yet asked for. */
  batch: () => Promise<Batch>;
  /** How many batches it got. */
  batches: () => number;
  /** How many messages can be received from the queue, or are being worked on. */
  count: (name: string) => { visible: number; inFlight: number };
};

const permissions = allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queueArn('Jobs'));

const makeMapping = (properties: Record<string, unknown> = {}): Resource => ({
  id: 'Mapping',
  type: 'AWS::Lambda::EventSourceMapping',
  properties: { EventSourceArn: queueArn('Jobs'), FunctionName: 'Test-Consumer', ...properties },
});

type Invoke = (functionArn: string, event: unknown) => Promise<Invocation>;
type ConsumerOptions = {
  mapping?: Record<string, unknown>;
  statements?: unknown[];
  queue?: Record<string, unknown>;
  data?: string;
  /** Runs the function, instead of the test. */
  invoke?: Invoke;
};

/** A function that consumes the queue `Jobs`, whose dead letters go to `Dead` after two receipts; the test ends its batches. */
export const startConsumer = async ({
  mapping,
  statements,
  queue,
  data,
  invoke,
}: ConsumerOptions = {}): Promise<Consumer> => {
  const resources = [
    makeQueue('Jobs', { VisibilityTimeout: 60, ...redriveTo('Dead', 2), ...queue }),
    makeQueue('Dead'),
    ...makeFunction('Consumer', statements ?? [permissions]),
    makeMapping(mapping),
  ];
  const arrived: Batch[] = [];
  const waiting: ((batch: Batch) => void)[] = [];
  let batches = 0;
  const aws = await startQueues(resources, { data });
  const sources = startEventSources({
    template: makeTemplate(...resources),
    queues: aws.queues,
    authorize: aws.authorizeFunction,
    clock: aws.clock,
    report: (line) => aws.reports.push(line),
    invoke:
      invoke ??
      ((arn, event) => {
        const { promise, resolve: end } = Promise.withResolvers<Invocation>();
        if (arn !== consumerArn) throw new Error(`There is no function ${arn}.`);
        batches += 1;
        const parsed = z.parse(Event, event);
        const batch = { event: parsed, bodies: parsed.Records.map(({ body }) => body), end };
        const next = waiting.shift();
        if (next === undefined) arrived.push(batch);
        else next(batch);
        return promise;
      }),
  });
  const jobs = aws.queues.byUrl('Jobs');
  return {
    ...aws,
    send: (...bodies) => bodies.forEach((body) => jobs.send({ body, attributes: {}, sender: 'tester' })),
    batch: () => {
      const batch = arrived.shift();
      return batch === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(batch);
    },
    batches: () => batches,
    count: (name) => {
      const { visible, inFlight } = aws.queues.byUrl(name).count();
      return { visible, inFlight };
    },
    [Symbol.asyncDispose]: async () => {
      sources[Symbol.dispose]();
      await aws[Symbol.asyncDispose]();
    },
  };
};

/** What a function returned, once the poller has dealt with it. */
export const done = (payload?: unknown): Invocation => ({ payload: payload ?? null });

/** Lets what follows the end of an invocation happen: it waits for nothing but promises. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
