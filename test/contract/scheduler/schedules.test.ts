/** The EventBridge Scheduler API Reference (APIReference), through the SDK. */
import {
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  type ListSchedulesCommandInput,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { expect, test } from 'vitest';
import { allow, makeFunction } from '../aws/aws.fixture.ts';
import { started } from '../sqs/sqs.fixture.ts';
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

const named = { Name: 'alice.1', GroupName: 'Wakeups' };
const get = (aws: TestScheduler) => aws.scheduler().send(new GetScheduleCommand(named));

test('a schedule is told as it was made (APIReference CreateSchedule, GetSchedule)', async () => {
  await using aws = await startScheduling();
  expect(await aws.create()).toBe(scheduleArn('alice.1'));
  const { $metadata: _, ...schedule } = await get(aws);
  expect(schedule).toEqual({
    ...wake,
    Arn: scheduleArn('alice.1'),
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    CreationDate: new Date(started),
    LastModificationDate: new Date(started),
  });
});

test('a name is taken once in its group (APIReference CreateSchedule)', async () => {
  await using aws = await startScheduling();
  await aws.create();
  await expect(aws.create()).rejects.toMatchObject({ name: 'ConflictException' });
  expect(await aws.create({ GroupName: 'default' })).toBe(scheduleArn('alice.1', 'default'));
});

test('a request repeated with its client token is the same request (APIReference CreateSchedule, ClientToken)', async () => {
  await using aws = await startScheduling();
  await aws.create({ ClientToken: 'one' });
  expect(await aws.create({ ClientToken: 'one' })).toBe(scheduleArn('alice.1'));
  await expect(aws.create({ ClientToken: 'two' })).rejects.toMatchObject({ name: 'ConflictException' });
});

test('an update replaces all of a schedule (APIReference UpdateSchedule)', async () => {
  await using aws = await startScheduling();
  await aws.create({ Description: 'first' });
  await aws.clock.advance(1000);
  const ScheduleExpression = 'at(2026-01-02T04:00:00)';
  const { ActionAfterCompletion: _, ...update } = { ...wake, ScheduleExpression };
  await aws.scheduler().send(new UpdateScheduleCommand(update));
  const schedule = await get(aws);
  expect(schedule).toMatchObject({
    ScheduleExpression,
    ActionAfterCompletion: 'NONE',
    CreationDate: new Date(started),
    LastModificationDate: new Date(started + 1000),
  });
  expect(schedule.Description).toBeUndefined();
  await aws.clock.advance(300_000);
  expect(aws.invoked).toEqual([]);
});

test('a deleted schedule is gone and does not fire (APIReference DeleteSchedule)', async () => {
  await using aws = await startScheduling();
  await aws.create();
  await aws.scheduler().send(new DeleteScheduleCommand(named));
  await expect(get(aws)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await aws.clock.advance(300_000);
  expect(aws.invoked).toEqual([]);
});

test.each([
  ['get', (aws: TestScheduler) => get(aws)],
  ['update', (aws: TestScheduler) => aws.scheduler().send(new UpdateScheduleCommand(wake))],
  ['delete', (aws: TestScheduler) => aws.scheduler().send(new DeleteScheduleCommand(named))],
])('there is nothing to %s where no schedule is (APIReference)', async (_verb, attempt) => {
  await using aws = await startScheduling();
  await expect(attempt(aws)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Schedule alice.1 does not exist in group Wakeups.',
  });
});

test('schedules are listed by group, prefix and state, page by page (APIReference ListSchedules)', async () => {
  await using aws = await startScheduling();
  for (const Name of ['alice.1', 'alice.2', 'bob.1']) await aws.create({ Name });
  await aws.create({ Name: 'alice.3', GroupName: 'default', State: 'DISABLED', Target: toQueue });
  const list = async (input: ListSchedulesCommandInput) => {
    const { Schedules, NextToken } = await aws.scheduler().send(new ListSchedulesCommand(input));
    return { names: Schedules?.map(({ Name }) => Name), NextToken };
  };
  expect((await list({ GroupName: 'Wakeups', NamePrefix: 'alice' })).names).toEqual(['alice.1', 'alice.2']);
  expect((await list({ State: 'DISABLED' })).names).toEqual(['alice.3']);

  const first = await list({ MaxResults: 3 });
  expect(first.names).toEqual(['alice.1', 'alice.2', 'bob.1']);
  expect(await list({ MaxResults: 3, NextToken: first.NextToken })).toEqual({
    names: ['alice.3'],
    NextToken: undefined,
  });
});

test.each([
  ['a rate', { ScheduleExpression: 'rate(5 minutes)' }, 'the local cloud serves one-time schedules'],
  ['a cron expression', { ScheduleExpression: 'cron(0 8 1 * ? *)' }, 'not rate() and cron()'],
  ['a day that no calendar has', { ScheduleExpression: 'at(2026-02-31T00:00:00)' }, 'there is no such time'],
  ['a zone that is none', { ScheduleExpressionTimezone: 'Mars/Base' }, 'Mars/Base is no IANA time zone'],
  ['a flexible window', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const } }, 'must be OFF'],
  ['a name with a blank', { Name: 'alice 1' }, 'must be 1 to 64 letters'],
  [
    'a target of another service',
    { Target: { Arn: 'arn:aws:sns:us-east-1:0:t', RoleArn: roleArn } },
    'nothing else is',
  ],
  [
    'an input that is no JSON',
    { Target: { ...wake.Target, Arn: functionArn, RoleArn: roleArn, Input: 'x' } },
    'is JSON',
  ],
])('a schedule with %s is refused (APIReference CreateSchedule)', async (_what, input, why) => {
  await using aws = await startScheduling();
  await expect(aws.create(input)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(why),
  });
});

test('unverified: a time that is past is refused', async () => {
  await using aws = await startScheduling();
  const past = aws.create({ ScheduleExpression: 'at(2026-01-02T03:04:04)' });
  await expect(past).rejects.toMatchObject({ name: 'ValidationException' });
  await aws.create({ ScheduleExpression: 'at(2026-01-02T03:04:05)' });
});

test.each([
  ['Europe/Berlin', 'at(2026-03-29T02:30:00)'],
  ['America/New_York', 'at(2026-03-08T02:30:00)'],
])('unverified: a time that a zone’s clocks skip is refused', async (zone, ScheduleExpression) => {
  await using aws = await startScheduling();
  await expect(aws.create({ ScheduleExpression, ScheduleExpressionTimezone: zone })).rejects.toMatchObject({
    name: 'ValidationException',
    message: `Invalid Schedule Expression ${ScheduleExpression}: the clocks of ${zone} skip that time.`,
  });
});

test('a group must exist (APIReference CreateSchedule)', async () => {
  await using aws = await startScheduling();
  await expect(aws.create({ GroupName: 'Nobodys' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Schedule group Nobodys does not exist; there are Wakeups, default.',
  });
});

test.each([
  [
    'that does not trust Scheduler',
    makeWakeRole([], { Statement: [] }),
    'must allow AWS EventBridge Scheduler to assume',
  ],
  [
    'that trusts it for another group only',
    makeWakeRole([], {
      Statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/Other' } },
      },
    }),
    'must allow AWS EventBridge Scheduler to assume',
  ],
])('a role %s is refused (Scheduler User Guide, execution role, confused deputy)', async (_what, role, why) => {
  await using aws = await startScheduling({ role });
  await expect(aws.create()).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(why),
  });
});

const creator = (...statements: unknown[]) => ({ functions: makeFunction('Relay', statements) });
const schedules = allow('scheduler:*', scheduleArn('*'));

test('a function that makes schedules needs to pass their role on (IAM User Guide, iam:PassRole)', async () => {
  await using aws = await startScheduling(creator(schedules));
  await expect(aws.create({}, 'Relay')).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`iam:PassRole on resource: ${roleArn}`),
  });
});

const passable = (service: string) =>
  allow('iam:PassRole', roleArn, { StringEquals: { 'iam:PassedToService': service } });

test('a role that may be passed to Scheduler alone is passed to it (IAM User Guide, iam:PassedToService)', async () => {
  await using aws = await startScheduling(creator(schedules, passable('scheduler.amazonaws.com')));
  expect(await aws.create({}, 'Relay')).toBe(scheduleArn('alice.1'));
});

test('a role that may be passed to another service alone is not (IAM User Guide, iam:PassedToService)', async () => {
  await using aws = await startScheduling(creator(schedules, passable('states.amazonaws.com')));
  await expect(aws.create({}, 'Relay')).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('a function may be allowed one group only (Service Authorization Reference)', async () => {
  await using aws = await startScheduling(creator(schedules, allow('iam:PassRole', roleArn)));
  await expect(aws.create({ GroupName: 'default' }, 'Relay')).rejects.toThrow(
    `scheduler:CreateSchedule on resource: ${scheduleArn('alice.1', 'default')}`,
  );
});

const makeLister = (id: string, resource: string) => makeFunction(id, [allow('scheduler:ListSchedules', resource)]);

test('listing is allowed for all groups or for none (aws/aws-cdk#38201)', async () => {
  const any = scheduleArn('*', '*');
  const functions = [...makeLister('One', scheduleArn('*')), ...makeLister('All', any)];
  await using aws = await startScheduling({ functions });
  const list = (id: string) => aws.scheduler(id).send(new ListSchedulesCommand({ GroupName: 'Wakeups' }));
  await expect(list('One')).rejects.toThrow(`scheduler:ListSchedules on resource: ${any}`);
  expect((await list('All')).Schedules).toEqual([]);
});

test('an operation that is not served names itself', async () => {
  await using aws = await startScheduling();
  const create = aws.scheduler().send(new CreateScheduleGroupCommand({ Name: 'More' }));
  await expect(create).rejects.toThrow("The local cloud does not serve Scheduler's POST /schedule-groups/More");
});
