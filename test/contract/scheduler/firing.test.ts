/** What happens when a schedule's time has come, by the EventBridge Scheduler User Guide (SUG). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { makeFolder } from '../aws/aws.fixture.ts';
import { queueArn } from '../sqs/sqs.fixture.ts';
import {
  functionArn,
  makeWakeRole,
  roleArn,
  scheduleArn,
  startScheduling,
  type TestScheduler,
  toQueue,
  wake,
} from './scheduler.fixture.ts';

/** Lets what follows a timer happen: it waits for nothing but promises. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const minutes = (count: number) => count * 60_000;
const get = (aws: TestScheduler) =>
  aws.scheduler().send(new GetScheduleCommand({ Name: 'alice.1', GroupName: 'Wakeups' }));
const woken = { arn: functionArn, event: { device: 'alice.1' } };

test('a function gets the input at the time, once, and the schedule is deleted (SUG schedule types, deleting)', async () => {
  await using aws = await startScheduling();
  await aws.create();
  await aws.clock.advance(minutes(5) - 1);
  expect(aws.invoked).toEqual([]);
  await aws.clock.advance(1);
  expect(aws.invoked).toEqual([woken]);
  await expect(get(aws)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await aws.clock.advance(minutes(60));
  expect(aws.invoked).toHaveLength(1);
});

test('without a deletion asked for, the schedule stays and does not fire again (APIReference CreateSchedule)', async () => {
  await using aws = await startScheduling();
  await aws.create({ ActionAfterCompletion: 'NONE' });
  await aws.clock.advance(minutes(5));
  expect(await get(aws)).toMatchObject({ ActionAfterCompletion: 'NONE' });
  await aws.clock.advance(minutes(60));
  expect(aws.invoked).toHaveLength(1);
});

test('a disabled schedule does not fire until it is enabled (APIReference CreateSchedule, State)', async () => {
  await using aws = await startScheduling();
  await aws.create({ State: 'DISABLED', ScheduleExpression: 'at(2026-01-02T03:30:00)' });
  await aws.scheduler().send(new UpdateScheduleCommand({ ...wake, State: 'DISABLED' }));
  await aws.clock.advance(minutes(5));
  expect(aws.invoked).toEqual([]);
  const again = { ...wake, State: 'ENABLED' as const, ScheduleExpression: 'at(2026-01-02T03:10:05)' };
  await aws.scheduler().send(new UpdateScheduleCommand(again));
  await aws.clock.advance(minutes(1));
  expect(aws.invoked).toEqual([woken]);
});

test.each([
  ['Europe/Berlin', 'at(2026-01-02T04:09:05)'],
  ['America/New_York', 'at(2026-01-01T22:09:05)'],
  ['Asia/Kolkata', 'at(2026-01-02T08:39:05)'],
])('a time is one of the schedule’s zone: %s (SUG schedule types, time zones)', async (zone, ScheduleExpression) => {
  await using aws = await startScheduling();
  await aws.create({ ScheduleExpression, ScheduleExpressionTimezone: zone });
  await aws.clock.advance(minutes(5) - 1);
  expect(aws.invoked).toEqual([]);
  await aws.clock.advance(1);
  expect(aws.invoked).toHaveLength(1);
});

test('a zone’s summer time counts (SUG schedule types, daylight savings time)', async () => {
  await using aws = await startScheduling();
  await aws.create({ ScheduleExpression: 'at(2026-07-01T12:00:00)', ScheduleExpressionTimezone: 'Europe/Berlin' });
  const noon = Date.UTC(2026, 6, 1, 10);
  await aws.clock.advance(noon - aws.clock.now() - 1);
  expect(aws.invoked).toEqual([]);
  await aws.clock.advance(1);
  expect(aws.invoked).toEqual([woken]);
});

test.each([
  ['Europe/Berlin', 'at(2026-10-25T02:30:00)', Date.UTC(2026, 9, 25, 0, 30)],
  ['America/New_York', 'at(2026-11-01T01:30:00)', Date.UTC(2026, 10, 1, 5, 30)],
])('unverified: a time that a zone’s clocks show twice is the first of both, once', async (zone, expression, first) => {
  await using aws = await startScheduling();
  await aws.create({ ScheduleExpression: expression, ScheduleExpressionTimezone: zone });
  await aws.clock.advance(first - aws.clock.now() - 1);
  expect(aws.invoked).toEqual([]);
  await aws.clock.advance(1);
  expect(aws.invoked).toEqual([woken]);
  await aws.clock.advance(minutes(24 * 60));
  expect(aws.invoked).toHaveLength(1);
});

test('a queue gets the input as a message’s body (SUG templated targets)', async () => {
  await using aws = await startScheduling();
  await aws.create({ Target: toQueue });
  await aws.clock.advance(minutes(5));
  const receive = new ReceiveMessageCommand({ QueueUrl: aws.queueUrl('Jobs') });
  expect((await aws.sqs().send(receive)).Messages).toMatchObject([{ Body: 'wake alice' }]);
});

test('keywords in the input are replaced (SUG context attributes)', async () => {
  await using aws = await startScheduling();
  const keywords = ['schedule-arn', 'scheduled-time', 'attempt-number', 'execution-id'];
  const Input = JSON.stringify(keywords.map((name) => `<aws.scheduler.${name}>`));
  await aws.create({ Target: { Arn: functionArn, RoleArn: roleArn, Input } });
  await aws.clock.advance(minutes(5));
  expect(aws.invoked).toEqual([
    {
      arn: functionArn,
      event: [scheduleArn('alice.1'), '2026-01-02T03:09:05Z', '1', expect.stringMatching(/^[\da-f-]{36}$/)],
    },
  ]);
});

test('unverified: the default notification without an input', async () => {
  await using aws = await startScheduling();
  await aws.create({ Target: { Arn: functionArn, RoleArn: roleArn } });
  await aws.clock.advance(minutes(5));
  expect(aws.invoked[0]?.event).toEqual({
    version: '0',
    id: expect.any(String),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: '000000000000',
    time: '2026-01-02T03:09:05Z',
    region: 'us-east-1',
    resources: [scheduleArn('alice.1')],
    detail: '{}',
  });
});

test.each([
  ['a function', wake.Target, ['lambda:InvokeFunction', functionArn]],
  ['a queue', toQueue, ['sqs:SendMessage', queueArn('Jobs')]],
])(
  '%s is not reached without the role’s permission, and the report says so (SUG execution role)',
  async (_what, Target, [action, resource]) => {
    await using aws = await startScheduling({ role: makeWakeRole([]) });
    await aws.create({ Target });
    await aws.clock.advance(minutes(5));
    expect(aws.invoked).toEqual([]);
    expect(aws.queues.byUrl('Jobs').count().visible).toBe(0);
    const who = /denied: arn:aws:sts::000000000000:assumed-role\/wake\/\S+/.source;
    expect(aws.reports[0]).toMatch(new RegExp(`^${who} may not ${action} on ${resource}`));
    expect(aws.reports[1]).toContain(`${scheduleArn('alice.1')} failed to reach ${resource}: User: `);
  },
);

test('a function that fails is invoked twice more (Lambda Developer Guide, asynchronous invocation)', async () => {
  await using aws = await startScheduling({ ends: () => ({ error: 'unhandled', message: 'it threw' }) });
  await aws.create();
  await aws.clock.advance(minutes(5 + 1 + 2) - 1);
  expect(aws.invoked).toEqual([woken, woken]);
  await aws.clock.advance(1);
  expect(aws.invoked).toEqual([woken, woken, woken]);
  expect(aws.reports).toEqual([`${scheduleArn('alice.1')} failed to reach ${functionArn}: it threw`]);
});

test('a schedule survives the end of the whole process by kill -9, and fires late if its time was missed', async () => {
  await using folder = await makeFolder();
  const victim = spawn(process.execPath, ['--input-type=module', '--eval', crash(folder.path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(victim.stdout, 'data');
  victim.kill('SIGKILL');
  await once(victim, 'exit');

  await using aws = await startScheduling({ data: folder.path });
  await settle();
  expect(aws.invoked).toEqual([{ arn: functionArn, event: { device: 'late.1' } }]);
  await aws.clock.advance(minutes(5));
  expect(aws.invoked[1]).toEqual(woken);
});

/** A process that makes two schedules, one of which is due before the next run begins, says so, and stays. */
const crash = (data: string) => `
  import { openScheduleStore } from ${JSON.stringify(import.meta.resolve('../../../local/aws/scheduler/schedule-store.ts'))};
  const { Name, GroupName, ...definition } = ${JSON.stringify({ ...wake, ScheduleExpressionTimezone: 'UTC', State: 'ENABLED' })};
  const store = openScheduleStore(${JSON.stringify(data)});
  const put = (name, dueAt) => {
    const Target = { ...definition.Target, Input: JSON.stringify({ device: name }) };
    store.put({ group: GroupName, name, definition: { ...definition, Target }, dueAt, createdAt: 0, modifiedAt: 0 });
  };
  put('late.1', ${Date.UTC(2026, 0, 2)});
  put('alice.1', ${Date.UTC(2026, 0, 2, 3, 9, 5)});
  console.log('kept');
  setInterval(() => undefined, 1000);
`;

test('what was being brought to a function when the cloud stopped is brought again', async () => {
  await using folder = await makeFolder();
  const never = Promise.withResolvers<never>();
  {
    await using aws = await startScheduling({ data: folder.path, invoke: () => never.promise });
    await aws.create();
    await aws.clock.advance(minutes(5));
    await expect(get(aws)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  }
  await using aws = await startScheduling({ data: folder.path });
  expect(aws.invoked).toEqual([woken]);
});
