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

test('a message takes four frames, two invocations, two reads and two writes', async () => {
  await using stage = await openStage();
  await stage.exchange(1);
  for (let count = 0; count < 20; count += 1) {
    expect((await stage.exchange(1)).totals).toMatchObject({
      gatewayMessages: 4,
      invocations: 2,
      readUnits: 2,
      writeUnits: 2,
      sqsRequests: 0,
      snsPublishes: 0,
    });
  }
});

test('thirty-two calls of a device in a minute take a write for each rate that counts them', async () => {
  await using stage = await openStage();
  await stage.exchange(1);
  let writes = -2 * 63;
  for (let count = 0; count < 63; count += 1) writes += (await stage.exchange(1)).totals.writeUnits;
  // What the sender sends, what it sends to this one, what the recipient reads: twice, if one environment serves them.
  expect(writes).toBeGreaterThan(0);
  expect(writes).toBeLessThanOrEqual(6);
});

test('its deadline takes a write, a queued message, an invocation and a read, once for all in half a minute', async () => {
  await using stage = await openStage();
  const first = await stage.exchange(1);
  expect(first.totals).toMatchObject({ sqsRequests: 1, writeUnits: 3 });
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
  expect(used.totals).toMatchObject({ gatewayMessages: 4, invocations: 2, readUnits: 2, writeUnits: 40 });
});
