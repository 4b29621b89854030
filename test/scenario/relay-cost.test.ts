import { expect, test } from 'vitest';
import { limits } from '#protocol';
import { standingClock } from '#local';
import { delivered, idOf, meetPhones, messageTo, send } from '../fixtures/mail.ts';
import { connectDevice } from '../fixtures/wire.ts';
import { ended } from '../fixtures/work.ts';
import { startTestCloud } from '../fixtures/world.ts';

/** Two phones that are connected, in a cloud whose time stands still; sending warms its functions up. */
const openStage = async () => {
  await using opening = new AsyncDisposableStack();
  const clock = standingClock();
  const cloud = opening.use(await startTestCloud({ clock }));
  const { ada, ben, phone } = opening.use(await meetPhones(cloud.endpoint));
  const other = opening.use(await connectDevice(cloud.endpoint, ben.phone));
  const stage = opening.move();
  const used = async (work: () => Promise<void>) => {
    const before = cloud.meter.snapshot();
    await work();
    return cloud.meter.since(before);
  };
  return {
    /** What it takes from the frame that sends so many messages to the deletion of their envelopes. */
    exchange: (count: number) =>
      used(async () => {
        const messages = Array.from({ length: count }, () => messageTo(ben, 'x'.repeat(700)));
        await send(phone, ...messages);
        expect(await delivered(other)).toHaveLength(count);
        const acknowledged = ended(cloud, 'relay');
        other.tell('relay.ack', { envelopes: messages.map((message) => idOf(message, ada.phone)) });
        await acknowledged;
      }),
    /** What it takes to look, half a minute later, whether mail has been acknowledged. */
    deadline: () =>
      used(async () => {
        const looked = ended(cloud, 'deadline');
        await clock.advance(limits.ackDeadline);
        await looked;
      }),
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
};

type Used = { operations: Record<string, number> };
/** Of one call and of one envelope in 64, it is written what is counted or estimated. */
const samples = ({ operations }: Used) =>
  (operations['dynamodb UpdateItem'] ?? 0) + (operations['dynamodb PutItem'] ?? 0);
/** Before it is written what has been removed, it is read what there was. */
const lookups = ({ operations }: Used) => operations['dynamodb GetItem'] ?? 0;

test('a message takes four frames, two invocations, two reads and two writes, beside samples', async () => {
  await using stage = await openStage();
  await stage.exchange(1);
  let [sampled, count] = [0, 0];
  for (; count < 40; count += 1) {
    const used = await stage.exchange(1);
    const writes = samples(used);
    expect(used.totals).toMatchObject({
      gatewayMessages: 4,
      invocations: 2,
      readUnits: 2 + lookups(used),
      writeUnits: 2 + writes,
      sqsRequests: 0,
      snsPublishes: 0,
    });
    sampled += writes;
  }
  // One in eleven is expected, by 64 each: three rates, what is stored, what is removed, and whom somebody wrote to.
  expect(sampled / count).toBeLessThan(0.4);
});

test('its deadline takes a write, a queued message, an invocation and a read, once for all in half a minute', async () => {
  await using stage = await openStage();
  const first = await stage.exchange(1);
  expect(first.totals).toMatchObject({ sqsRequests: 1, writeUnits: 2 + samples(first) });
  expect(samples(first)).toBeGreaterThanOrEqual(1);
  expect((await stage.exchange(1)).totals.sqsRequests).toBe(0);
  const { totals, operations } = await stage.deadline();
  // Lambda receives and deletes the queued message by two requests.
  expect(totals).toMatchObject({ invocations: 1, readUnits: 1, writeUnits: 0, gatewayMessages: 0, sqsRequests: 2 });
  expect(operations).toEqual({ 'dynamodb Query': 1 });
});

test('twenty messages of one call share its frames, its invocations and its reads', async () => {
  await using stage = await openStage();
  await stage.exchange(1);
  const used = await stage.exchange(20);
  const { gatewayMessages, invocations, readUnits, writeUnits } = used.totals;
  expect({ gatewayMessages, invocations }).toEqual({ gatewayMessages: 4, invocations: 2 });
  expect(readUnits).toBe(2 + lookups(used));
  expect(writeUnits).toBe(40 + samples(used));
});
