/** FilterLogEvents, by the CloudWatch Logs API Reference and the User Guide's "Filter pattern syntax". */
import { CloudWatchLogsClient, FilterLogEventsCommand, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { standingClock } from '../../../local/movable-clock.ts';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFunction, makeTemplate, startTestAws } from '../aws/aws.fixture.ts';

const makeLog = (name: string): Resource => ({
  id: name,
  type: 'AWS::Logs::LogGroup',
  properties: { LogGroupName: name },
});

const writer = (name: string, group?: string): Resource => ({
  id: name,
  type: 'AWS::Lambda::Function',
  properties: { FunctionName: name, ...(group !== undefined && { LoggingConfig: { LogGroup: group } }) },
});

const start = async (...resources: Resource[]) => {
  const clock = standingClock(1000);
  const aws = await startTestAws(makeTemplate(...resources), { clock });
  const clients: CloudWatchLogsClient[] = [];
  const client = (functionId?: string) => {
    const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
    const made = new CloudWatchLogsClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    clients.push(made);
    return made;
  };
  const filter = async (input: Omit<FilterLogEventsCommand['input'], 'logGroupIdentifier'>) => {
    const { events = [] } = await client().send(new FilterLogEventsCommand(input));
    return events.map(({ message }) => message);
  };
  return {
    ...aws,
    clock,
    client,
    filter,
    [Symbol.asyncDispose]: async () => {
      for (const one of clients) one.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};

test('the lines of a function are in the log group that its LoggingConfig names, in their order and with their times', async () => {
  await using aws = await start(makeLog('relay-log'), makeLog('other-log'), writer('relay', 'relay-log'));
  aws.writeLog('relay', 'one');
  await aws.clock.advance(500);
  aws.writeLog('relay', 'two');
  const { events } = await aws.client().send(new FilterLogEventsCommand({ logGroupName: 'relay-log' }));
  expect(events).toMatchObject([
    { message: 'one', timestamp: 1000, eventId: expect.any(String), logStreamName: expect.any(String) },
    { message: 'two', timestamp: 1500 },
  ]);
  expect(await aws.filter({ logGroupName: 'other-log' })).toEqual([]);
});

test('without a LoggingConfig a function writes to the group of its name', async () => {
  await using aws = await start(makeLog('/aws/lambda/relay'), writer('relay'));
  aws.writeLog('relay', 'one');
  expect(await aws.filter({ logGroupName: '/aws/lambda/relay' })).toEqual(['one']);
});

test.each([
  ['"id 7"', ['{"id 7"}', 'id 7 id 8']],
  ['id', ['{"id 7"}', 'id 7 id 8']],
  ['"7" "id 8"', ['id 7 id 8']],
  ['ID', ['ID 9']],
  ['"say \\"hello\\""', ['say "hello"']],
  ['', ['{"id 7"}', 'id 7 id 8', 'ID 9', 'say "hello"']],
])('the pattern %s finds the lines with all its terms, in their own case', async (filterPattern, found) => {
  await using aws = await start(makeLog('log'), writer('relay', 'log'));
  for (const line of ['{"id 7"}', 'id 7 id 8', 'ID 9', 'say "hello"']) aws.writeLog('relay', line);
  expect(await aws.filter({ logGroupName: 'log', filterPattern })).toEqual(found);
});

test.each(['{ $.id = 7 }', '[a, b]', '?one ?two', '-one', '"open'])(
  'the pattern %s is refused',
  async (filterPattern) => {
    await using aws = await start(makeLog('log'));
    await expect(aws.filter({ logGroupName: 'log', filterPattern })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(filterPattern),
    });
  },
);

test('startTime and endTime bound the lines, both included', async () => {
  await using aws = await start(makeLog('log'), writer('relay', 'log'));
  for (const line of ['1000', '1001', '1002', '1003']) {
    aws.writeLog('relay', line);
    await aws.clock.advance(1);
  }
  expect(await aws.filter({ logGroupName: 'log', startTime: 1001, endTime: 1002 })).toEqual(['1001', '1002']);
});

test('what is over the limit comes by the next token', async () => {
  await using aws = await start(makeLog('log'), writer('relay', 'log'));
  const lines = Array.from({ length: 5 }, (_, i) => String(i));
  for (const line of lines) aws.writeLog('relay', line);
  const pages = await Array.fromAsync(
    paginateFilterLogEvents({ client: aws.client() }, { logGroupName: 'log', limit: 2 }),
    ({ events = [] }) => events.map(({ message }) => message),
  );
  expect(pages).toEqual([['0', '1'], ['2', '3'], ['4']]);
});

test('the latest 10000 lines are kept, whichever functions wrote them', async () => {
  await using aws = await start(makeLog('busy'), makeLog('quiet'), writer('relay', 'busy'), writer('keys', 'quiet'));
  aws.writeLog('keys', 'early');
  for (let i = 0; i < 9_999; i += 1) aws.writeLog('relay', String(i));
  expect(await aws.filter({ logGroupName: 'quiet' })).toEqual(['early']);
  aws.writeLog('relay', 'last');
  expect(await aws.filter({ logGroupName: 'quiet' })).toEqual([]);
  expect(await aws.filter({ logGroupName: 'busy', filterPattern: 'last' })).toEqual(['last']);
});

test('a log group that the template has not does not exist', async () => {
  await using aws = await start();
  await expect(aws.filter({ logGroupName: 'log' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('it takes logs:FilterLogEvents on the group', async () => {
  const group = 'arn:aws:logs:us-east-1:000000000000:log-group:log:*';
  await using aws = await start(
    makeLog('log'),
    makeLog('other'),
    ...makeFunction('Reader', [allow('logs:FilterLogEvents', group)]),
  );
  const client = aws.client('Reader');
  await client.send(new FilterLogEventsCommand({ logGroupName: 'log' }));
  await expect(client.send(new FilterLogEventsCommand({ logGroupName: 'other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('logs:FilterLogEvents'),
  });
});
