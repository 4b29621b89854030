/** What a seed repeats, and the numbers behind it. */
import { BatchWriteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import type { FaultInput } from '../../../local/faults/index.ts';
import { chooseSome, logNormal, randomStream } from '../../../local/faults/random.ts';
import { itemOf, openTestFaults, startFaultyAws, type TestFaults } from './faults.fixture.ts';

const throttled = (operation: string, rate: number): FaultInput => ({
  kind: 'error',
  service: 'dynamodb',
  operation,
  error: 'ThrottlingException',
  rate,
});

/** Which of so many calls are struck, by their own numbers; the first number that each draws tells how. */
const struck = (faults: TestFaults, operation: string, calls = 60) =>
  Array.from({ length: calls }, () => {
    const isOf = (fault: { operation: string }) => fault.operation === operation;
    return faults.draw('error', { what: operation }, isOf)?.random();
  });

const open = (seed: number, ...given: FaultInput[]) => {
  const faults = openTestFaults(undefined, seed);
  for (const fault of given) faults.add(fault);
  return faults;
};

describe('with the same seed', () => {
  test('the same calls of a rule are struck in the same way, and with another seed others', () => {
    const rule = throttled('PutItem', 0.4);
    const first = struck(open(1, rule), 'PutItem');
    expect(struck(open(1, rule), 'PutItem')).toEqual(first);
    expect(struck(open(2, rule), 'PutItem')).not.toEqual(first);
    const hits = first.filter((number) => number !== undefined).length;
    expect(hits).toBeGreaterThan(10);
    expect(hits).toBeLessThan(40);
  });

  test('whatever other calls and other rules do', () => {
    const [puts, gets] = [throttled('PutItem', 0.4), throttled('GetItem', 0.4)];
    const alone = struck(open(1, puts), 'PutItem');
    const faults = open(1, puts, gets);
    const among = Array.from({ length: 60 }, () => {
      struck(faults, 'GetItem', 3);
      return struck(faults, 'PutItem', 1)[0];
    });
    expect(among).toEqual(alone);
  });

  test('also where a rule comes first, or is over', () => {
    const rule = throttled('PutItem', 0.5);
    const alone = struck(open(1, throttled('GetItem', 0), rule), 'PutItem');
    const faults = open(1, { ...rule, rate: 1, times: 3 }, rule);
    expect(struck(faults, 'PutItem').slice(3)).toEqual(alone.slice(3));
    expect(faults.active().map(({ strikes }) => strikes)[0]).toBe(3);
  });

  test('equal rules choose by themselves', () => {
    const [one, other] = [
      open(1, throttled('PutItem', 0.5)),
      open(1, throttled('GetItem', 1), throttled('PutItem', 0.5)),
    ];
    expect(struck(one, 'PutItem')).not.toEqual(struck(other, 'PutItem'));
  });
});

const hits = (rate: number): number =>
  struck(open(3, throttled('PutItem', rate)), 'PutItem', 1000).filter((number) => number !== undefined).length;

test('rate 0 never strikes, rate 1 always, and those between as often as they say', () => {
  expect([hits(0), hits(1)]).toEqual([0, 1000]);
  expect(hits(0.1)).toBeGreaterThan(70);
  expect(hits(0.1)).toBeLessThan(130);
});

/** How each of some calls, one after the other, ended on an engine of its own. */
const runOnEngine = async (): Promise<unknown[]> => {
  await using aws = await startFaultyAws();
  aws.faults.add(throttled('PutItem', 0.5));
  aws.faults.add({ kind: 'unprocessed', operation: 'BatchWriteItem' });
  const outcomes: unknown[] = [];
  for (let call = 0; call < 12; call += 1) {
    const put = new PutItemCommand({ TableName: 'Notes', Item: itemOf(String(call)) });
    outcomes.push(
      await aws.client.send(put).then(
        () => 'done',
        ({ name }: Error) => name,
      ),
    );
  }
  const Notes = Array.from({ length: 20 }, (_, index) => ({ PutRequest: { Item: itemOf(`batch ${index}`) } }));
  const { UnprocessedItems } = await aws.client.send(new BatchWriteItemCommand({ RequestItems: { Notes } }));
  return [...outcomes, UnprocessedItems];
};

test('with the same seed a run on the engine goes wrong at the same calls, in the same parts', async () => {
  const first = await runOnEngine();
  expect(first).toContain('done');
  expect(first).toContain('ThrottlingException');
  expect(await runOnEngine()).toEqual(first);
});

test('a stream’s numbers are those of SHA-256, on every machine', () => {
  const random = randomStream(42, 1, 1);
  // The first 48 bits that `printf 42/1/1/1 | sha256sum` prints, and of 42/1/1/2.
  expect([random(), random()].map((number) => (number * 2 ** 48).toString(16))).toEqual([
    '484ff3fd13ac',
    'bd5d0ac271ec',
  ]);
});

test('latency is log-normal by its median and 99th percentile', () => {
  const random = randomStream('latency');
  const drawn = Array.from({ length: 20_000 }, () => logNormal(random, { median: 20, p99: 200 }));
  const sorted = drawn.toSorted((a, b) => a - b);
  expect(sorted[10_000]).toBeGreaterThan(19);
  expect(sorted[10_000]).toBeLessThan(21);
  expect(sorted[19_800]).toBeGreaterThan(170);
  expect(sorted[19_800]).toBeLessThan(230);
  expect(sorted[0]).toBeGreaterThan(0);
});

test('a part is never empty, may be all, and leaves the order as it was', () => {
  const random = randomStream('parts');
  const values = ['a', 'b', 'c'];
  const parts = new Set(Array.from({ length: 200 }, () => chooseSome(values, random).chosen.join('')));
  expect(parts).toEqual(new Set(['a', 'b', 'c', 'ab', 'ac', 'bc', 'abc']));
  const { chosen, left } = chooseSome(values, random);
  expect([...chosen, ...left].toSorted()).toEqual(values);
});
