/** Queue, mapping and schedule together, in a cloud that serves a synthesized assembly with real functions. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type Cloud, startCloud } from '#local';
import { standingClock } from '../../../local/movable-clock.ts';
import { makeFolder } from '../aws/aws.fixture.ts';
import { writeAssembly } from './assembly.fixture.ts';

/** The SDK warns that it calls another host than its own. */
const drop = (): void => undefined;
const silent = { debug: drop, info: drop, warn: drop, error: drop };

const Environment = z.object({ QUEUE_URL: z.string(), GROUP: z.string(), WAKE_ROLE: z.string() });

/** What the function was told by its environment. */
const environmentOf = async (cloud: Cloud) => {
  const invocation = await cloud.lambda.invoke('Shop-Consumer', {});
  return z.parse(z.object({ payload: Environment }), invocation).payload;
};

/** Resolves with the line of a function that holds the text. */
const lineWith = (cloud: Cloud, text: string) =>
  new Promise<string>((resolve) => {
    cloud.onLine(({ line }) => {
      if (line.includes(text)) resolve(line);
    });
  });

const clientOf = ({ aws }: Cloud) => ({
  endpoint: aws.url,
  region: 'us-east-1',
  credentials: aws.operator,
  maxAttempts: 1,
});

/** An assembly, and a folder for the data of the clouds that serve it. */
const makeStack = async () => {
  const folder = await makeFolder();
  const app = join(folder.path, 'cdk.out');
  await mkdir(app);
  await writeAssembly(app);
  return { ...folder, app, data: join(folder.path, 'data') };
};

test('what is sent to the URL in a function’s environment reaches the function of the queue', async () => {
  await using stack = await makeStack();
  await using cloud = await startCloud({ app: stack.app });
  const { QUEUE_URL: QueueUrl } = await environmentOf(cloud);
  expect(QueueUrl).toBe(`${cloud.aws.url}/000000000000/Shop-Jobs`);
  const got = lineWith(cloud, 'got hello');
  // Without an endpoint the SDK calls the host of the queue's URL, as it does in a function.
  const { endpoint: _, ...options } = clientOf(cloud);
  const client = new SQSClient({ ...options, logger: silent });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
  expect(await got).toContain('got hello');
  client.destroy();
});

test('a schedule that fell due between two runs reaches its queue, and the function, in the second', async () => {
  await using stack = await makeStack();
  const begin = Date.UTC(2026, 0, 2);
  {
    await using cloud = await startCloud({ app: stack.app, data: stack.data, clock: standingClock(begin) });
    const { GROUP, WAKE_ROLE, QUEUE_URL } = await environmentOf(cloud);
    const Arn = `arn:aws:sqs:us-east-1:000000000000:${QUEUE_URL.split('/').at(-1)}`;
    const scheduler = new SchedulerClient(clientOf(cloud));
    await scheduler.send(
      new CreateScheduleCommand({
        Name: 'wake',
        GroupName: GROUP,
        ScheduleExpression: 'at(2026-01-02T00:10:00)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn, RoleArn: WAKE_ROLE, Input: 'overdue' },
      }),
    );
    scheduler.destroy();
  }
  const lines: string[] = [];
  const got = Promise.withResolvers<void>();
  const log = ({ line }: { line: string }) => {
    lines.push(line);
    if (line.includes('got overdue')) got.resolve();
  };
  await using _cloud = await startCloud({
    app: stack.app,
    data: stack.data,
    clock: standingClock(begin + 3_600_000),
    log,
  });
  await got.promise;
  expect(lines.filter((line) => line.includes('got'))).toHaveLength(1);
});
