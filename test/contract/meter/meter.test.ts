import { describe, expect, test } from 'vitest';
import { messageEvent, queueEvent, watchCloud } from './meter.fixture.ts';

const KB = 1024;

describe('messages', () => {
  test.each([
    [0, 1],
    [1, 1],
    [32 * KB, 1],
    [32 * KB + 1, 2],
    [128 * KB, 4],
  ])('one of %i bytes is billed as %i, in either direction (aws.amazon.com/api-gateway/pricing)', (bytes, billed) => {
    using cloud = watchCloud();
    cloud.says('received', 'relay.send', bytes);
    cloud.says('answered', 'relay.send', bytes);
    expect(cloud.meter.snapshot().totals.gatewayMessages).toBe(2 * billed);
  });

  test('one that is posted counts for the method whose invocation posted it', () => {
    using cloud = watchCloud();
    const run = cloud.begin('relay', messageEvent('relay.send'));
    run.ends();
    run.posts(40 * KB);
    const { perMethod, perFunction } = cloud.meter.snapshot();
    expect(perMethod['relay.send']).toMatchObject({ gatewayMessages: 2, invocations: 1 });
    expect(perFunction['relay']).toMatchObject({ gatewayMessages: 2, invocations: 1 });
  });

  test('unverified: connecting and leaving are not billed as messages', () => {
    using cloud = watchCloud();
    cloud.opens('c');
    cloud.closes('c');
    expect(cloud.meter.snapshot().totals.gatewayMessages).toBe(0);
  });
});

describe('connections', () => {
  test('the time of those that are open counts, and of those that are gone until they went', async () => {
    using cloud = watchCloud();
    cloud.opens('a');
    await cloud.clock.advance(90_000);
    cloud.opens('b');
    await cloud.clock.advance(30_000);
    cloud.closes('b');
    expect(cloud.meter.snapshot().totals.connectionMinutes).toBe(2.5);
    await cloud.clock.advance(60_000);
    const reading = cloud.meter.snapshot();
    expect(reading.totals.connectionMinutes).toBe(3.5);
    expect(reading.perMethod).toEqual({ $connect: reading.totals });
  });

  test('a client that left while $connect ran was never connected', async () => {
    using cloud = watchCloud();
    await cloud.clock.advance(60_000);
    cloud.closes('never opened');
    expect(cloud.meter.snapshot().totals.connectionMinutes).toBe(0);
  });
});

describe('invocations', () => {
  test('the time is billed by the millisecond begun, times the memory', () => {
    using cloud = watchCloud();
    cloud.begin('small', messageEvent('session.time')).ends({ duration: 3.2, memory: 512 });
    expect(cloud.meter.snapshot().totals).toMatchObject({ invocations: 1, coldStarts: 0, initMs: 0, gbMs: 2 });
  });

  test('loading at a cold start is billed like the handler’s time', () => {
    using cloud = watchCloud();
    cloud.begin('cold', messageEvent('session.time')).ends({ duration: 3.2, init: 96.5, memory: 2048 });
    expect(cloud.meter.snapshot().totals).toMatchObject({ invocations: 1, coldStarts: 1, initMs: 96.5, gbMs: 200 });
  });

  test('one that fails is billed too', () => {
    using cloud = watchCloud();
    cloud.begin('bad', {}).ends({ result: { error: 'unhandled', message: 'Error: no' }, duration: 7 });
    expect(cloud.meter.snapshot().totals).toMatchObject({ invocations: 1, gbMs: 7 });
  });

  test('while it runs, only what it calls counts', () => {
    using cloud = watchCloud();
    cloud.begin('relay', messageEvent('relay.send')).calls({ consumed: { reads: 2, writes: 0 } });
    expect(cloud.meter.snapshot().totals).toMatchObject({ invocations: 0, readUnits: 2 });
  });
});

/** What it takes to bring messages from a queue to a function. */
const usageOfBatch = (bodies: string[], failed = false) => {
  using cloud = watchCloud();
  const run = cloud.begin('check', queueEvent('Deadlines', ...bodies));
  run.ends(failed ? { result: { error: 'timeout', message: 'late' } } : {});
  return cloud.meter.snapshot();
};

describe('queues', () => {
  test('a batch that Lambda brings is one receive and one delete, for the queue that it came from', () => {
    const { perMethod, totals } = usageOfBatch(['a', 'b']);
    expect(totals.sqsRequests).toBe(2);
    expect(perMethod).toEqual({ '(queue Deadlines)': totals });
  });

  test('of more than ten messages it is a request for each ten', () => {
    expect(usageOfBatch(Array.from({ length: 21 }, String)).totals.sqsRequests).toBe(6);
  });

  test('of more than 64 KB it is received in a request for each 64 KB', () => {
    expect(usageOfBatch(['x'.repeat(64 * KB), 'y']).totals.sqsRequests).toBe(3);
  });

  test('nothing is deleted after a failure', () => {
    expect(usageOfBatch(['a'], true).totals.sqsRequests).toBe(1);
  });
});

describe('calls', () => {
  test('each counts for the method and the function whose invocation made it, under its name', () => {
    using cloud = watchCloud();
    const send = cloud.begin('relay', messageEvent('relay.send'));
    const ack = cloud.begin('relay', messageEvent('relay.ack'));
    send.calls({ operation: 'Query', consumed: { reads: 2, writes: 0 } });
    ack.calls({ operation: 'BatchWriteItem', consumed: { reads: 0, writes: 3 } });
    const { perMethod, perFunction, totals, operations } = cloud.meter.snapshot();
    expect(perMethod['relay.send']).toMatchObject({ readUnits: 2, writeUnits: 0 });
    expect(perMethod['relay.ack']).toMatchObject({ readUnits: 0, writeUnits: 3 });
    expect(perFunction['relay']).toMatchObject({ readUnits: 2, writeUnits: 3 });
    expect(totals).toMatchObject({ readUnits: 2, writeUnits: 3 });
    expect(operations).toEqual({ 'dynamodb Query': 1, 'dynamodb BatchWriteItem': 1 });
  });

  test('its bytes count, and those of its answer, apart from those of messages', () => {
    using cloud = watchCloud();
    cloud.calls({ bytes: 5, answered: 5 });
    const before = cloud.meter.snapshot();
    cloud.calls({ bytes: 700, answered: 30 });
    cloud.calls({ bytes: 1, answered: 2 });
    cloud.says('received', 'relay.send', 60);
    cloud.begin('relay', messageEvent('relay.send')).posts(8);
    expect(before.bytes).toEqual({ aws: 10, gateway: 0 });
    expect(cloud.meter.since(before).bytes).toEqual({ aws: 733, gateway: 68 });
  });

  test('one without a trace counts for its function all the same', () => {
    using cloud = watchCloud();
    cloud.calls({ function: 'Relay', consumed: { reads: 0, writes: 1 } });
    const { perMethod, perFunction } = cloud.meter.snapshot();
    expect(perMethod['(untraced)']).toMatchObject({ writeUnits: 1 });
    expect(perFunction['Relay']).toMatchObject({ writeUnits: 1 });
  });

  test('the operator, who looks on, is not counted', () => {
    using cloud = watchCloud();
    cloud.calls({ function: undefined, consumed: { reads: 5, writes: 5 } });
    expect(cloud.meter.snapshot()).toMatchObject({
      perMethod: {},
      totals: { readUnits: 0, writeUnits: 0 },
      operations: {},
    });
  });

  test.each([
    [messageEvent('$connect'), '$connect'],
    [queueEvent('Jobs', 'x'), '(queue Jobs)'],
    [{ Records: [{ EventSource: 'aws:sns', Sns: { TopicArn: 'arn:aws:sns:us-east-1:0:Wake' } }] }, '(topic Wake)'],
    [{ Records: [] }, '(direct)'],
    [null, '(direct)'],
  ])('an event %j is on the account of %s', (event, method) => {
    using cloud = watchCloud();
    cloud.begin('any', event).ends();
    expect(Object.keys(cloud.meter.snapshot().perMethod)).toEqual([method]);
  });
});

describe('readings', () => {
  test('what was used since one is the difference, without rows of nothing', () => {
    using cloud = watchCloud();
    cloud.begin('session', messageEvent('session.time')).ends();
    const before = cloud.meter.snapshot();
    const run = cloud.begin('relay', messageEvent('relay.send'));
    run.calls({ operation: 'Query', consumed: { reads: 1, writes: 0 } });
    run.ends({ duration: 4 });
    const since = cloud.meter.since(before);
    expect(Object.keys(since.perMethod)).toEqual(['relay.send']);
    expect(Object.keys(since.perFunction)).toEqual(['relay']);
    expect(since.totals).toMatchObject({ invocations: 1, gbMs: 4, readUnits: 1 });
    expect(since.operations).toEqual({ 'dynamodb Query': 1 });
    expect(cloud.meter.since(cloud.meter.snapshot())).toMatchObject({ perMethod: {}, operations: {} });
  });

  test('a reading does not change any more', () => {
    using cloud = watchCloud();
    const before = cloud.meter.snapshot();
    cloud.begin('session', messageEvent('session.time')).ends();
    expect(before.totals.invocations).toBe(0);
  });

  test('a meter that was disposed of counts no more', () => {
    using cloud = watchCloud();
    cloud.meter[Symbol.dispose]();
    cloud.begin('session', messageEvent('session.time')).ends();
    cloud.says('received', 'relay.send', 1);
    cloud.calls({ consumed: { reads: 1, writes: 1 } });
    expect(cloud.meter.snapshot()).toMatchObject({ perMethod: {}, operations: {} });
  });
});

describe('logs', () => {
  test('unverified: what a function writes is billed by its bytes and 26 for each line, for the method it ran for', () => {
    using cloud = watchCloud();
    const run = cloud.begin('relay', messageEvent('relay.send'));
    run.writes('four');
    run.writes('fünf');
    run.ends();
    const { perMethod } = cloud.meter.snapshot();
    expect(perMethod['relay.send']).toMatchObject({ logBytes: 4 + 5 + 2 * 26 });
  });

  test('the gateway’s access log is billed likewise, and what this cloud says of itself is not', () => {
    using cloud = watchCloud();
    cloud.writes('gateway', 'a line');
    for (const source of ['platform', 'aws', 'fault']) cloud.writes(source, 'a line');
    expect(cloud.meter.snapshot().perMethod).toMatchObject({ '(access log)': { logBytes: 6 + 26 } });
    expect(cloud.meter.snapshot().totals.logBytes).toBe(6 + 26);
  });
});
