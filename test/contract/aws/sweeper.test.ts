import { type DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { standingClock } from '../../../local/movable-clock.ts';
import { makeTable, makeTemplate, startTestAws } from './aws.fixture.ts';

const start = Date.UTC(2030, 0, 1);
const minute = 60_000;
const hour = 60 * minute;
const year = 365 * 24 * hour;

const put = (client: DynamoDBClient, name: string, ttl: { N: string } | { S: string } | undefined) =>
  client.send(
    new PutItemCommand({
      TableName: 'Notes',
      Item: { pk: { S: 'alice' }, sk: { S: name }, ...(ttl === undefined ? {} : { ttl }) },
    }),
  );

const names = async (client: DynamoDBClient): Promise<string[]> => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'Notes', ConsistentRead: true }));
  return Items.map(({ sk }) => sk?.S ?? '').toSorted();
};

const at = (time: number) => ({ N: String(time / 1000) });

test('items past their time to live are gone after the sweep, and only those', async () => {
  const clock = standingClock(start);
  await using aws = await startTestAws(makeTemplate(makeTable('Notes')), { clock });
  const client = aws.dynamodb();
  await put(client, 'past', at(start - hour));
  await put(client, 'soon', at(start + hour));
  await put(client, 'without', undefined);
  await put(client, 'text', { S: '1' });
  await put(client, 'ancient', at(start - 6 * year));
  expect(await names(client)).toHaveLength(5);

  await clock.advance(minute);
  await vi.waitFor(async () => expect(await names(client)).toEqual(['ancient', 'soon', 'text', 'without']));
  await clock.advance(hour);
  await vi.waitFor(async () => expect(await names(client)).toEqual(['ancient', 'text', 'without']));
});

test('expired items stay readable for as long as deletion lags', async () => {
  const clock = standingClock(start);
  const template = makeTemplate(makeTable('Notes'));
  await using aws = await startTestAws(template, { clock, timeToLiveLag: 48 * hour });
  const client = aws.dynamodb();
  await put(client, 'day-old', at(start - 24 * hour));
  await put(client, 'week-old', at(start - 7 * 24 * hour));
  await clock.advance(minute);
  await vi.waitFor(async () => expect(await names(client)).toEqual(['day-old']));
});

test('a table without a time to live keeps everything', async () => {
  const clock = standingClock(start);
  const lasting = makeTable('Notes', { TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: false } });
  await using aws = await startTestAws(makeTemplate(lasting, makeTable('Others')), { clock });
  const client = aws.dynamodb();
  await put(client, 'past', at(start - hour));
  const other = { pk: { S: 'alice' }, sk: { S: 'past' }, ttl: at(start - hour) };
  await client.send(new PutItemCommand({ TableName: 'Others', Item: other }));

  await clock.advance(minute);
  const others = new ScanCommand({ TableName: 'Others', ConsistentRead: true });
  await vi.waitFor(async () => expect((await client.send(others)).Count).toBe(0));
  expect(await names(client)).toEqual(['past']);
});

test('a sweep is no call of anybody', async () => {
  const clock = standingClock(start);
  await using aws = await startTestAws(makeTemplate(makeTable('Notes')), { clock });
  const client = aws.dynamodb();
  await put(client, 'past', at(start - hour));
  await clock.advance(minute);
  await vi.waitFor(async () => expect(await names(client)).toEqual([]));
  expect(new Set(aws.calls.map(({ operation }) => operation))).toEqual(new Set(['PutItem', 'Scan']));
  expect(aws.calls.every(({ function: caller }) => caller === undefined)).toBe(true);
});
