import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cloud } from '#local';
import {
  idOf,
  accepted,
  delivered,
  meet,
  meetPhones,
  messageOf,
  messageTo,
  send,
  sync,
  toAll,
} from '../fixtures/mail.ts';
import { openDirectory } from '../fixtures/operator.ts';
import { hold, startRuledEngine } from '../fixtures/ruled-engine.ts';
import { connectDevice, type Identity } from '../fixtures/wire.ts';
import { watchWork } from '../fixtures/work.ts';
import { startTestCloud } from '../fixtures/world.ts';

let engine: Awaited<ReturnType<typeof startRuledEngine>>;
let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let directory: Awaited<ReturnType<typeof openDirectory>>;
beforeAll(async () => {
  engine = await startRuledEngine();
  cloud = await startTestCloud({ engine: engine.url });
  directory = await openDirectory(cloud);
});
afterAll(async () => {
  directory[Symbol.dispose]();
  await cloud[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const connectionOf = async ({ account, device }: Identity): Promise<unknown> =>
  (await directory.item(`A#${account}`, `device#${device}`))?.['connection'];

/** Posts to a connection until the gateway has as much unread as it keeps. */
const fill = async ({ management, aws }: Cloud, connection: string): Promise<void> => {
  const client = new ApiGatewayManagementApiClient({
    endpoint: management,
    region: 'us-east-1',
    credentials: aws.operator,
    maxAttempts: 1,
  });
  const post = new PostToConnectionCommand({ ConnectionId: connection, Data: Buffer.alloc(120_000, ' ') });
  for (let filled = false; !filled; ) {
    filled = await client.send(post).then(
      () => false,
      (error: unknown) => error instanceof Error && error.name === 'LimitExceededException',
    );
  }
  client.destroy();
};

test('messages of one call come in one frame to each device', async () => {
  await using met = await meet(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using computer = await connectDevice(cloud.endpoint, ada.companion);
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  const both = [toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)];
  const messages = Array.from({ length: 20 }, () => messageOf(both));
  await send(phone, ...messages);
  for (const wire of [computer, other]) {
    expect((await delivered(wire)).map(({ id }) => id)).toEqual(messages.map((message) => idOf(message, ada.phone)));
    expect(wire.frames).toEqual([]);
  }
});

test('a reader that does not read costs the sender no more than the time set for it, and others nothing', async () => {
  await using met = await meet(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using computer = await connectDevice(cloud.endpoint, ada.companion);
  await using stuck = await connectDevice(cloud.endpoint, ben.phone);
  stuck.socket.pause();
  const connection = await connectionOf(ben.phone);
  await fill(cloud, String(connection));

  const message = messageOf([toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)]);
  const begun = performance.now();
  const answer = send(phone, message).then((results) => ({ results, after: performance.now() - begun }));
  const other = delivered(computer).then((envelopes) => ({ envelopes, after: performance.now() - begun }));
  const [{ results, after }, { envelopes, after: soon }] = await Promise.all([answer, other]);

  expect(results).toEqual([accepted(message)]);
  expect(envelopes.map(({ id }) => id)).toEqual([idOf(message, ada.phone)]);
  // Two seconds, and what the machine takes for the rest of the call.
  expect(after).toBeLessThan(4000);
  expect(soon).toBeLessThan(2000);
  expect(await connectionOf(ben.phone)).toBe(connection);
});

test('a connection that is gone is forgotten, and the device woken', async () => {
  await using met = await meetPhones(cloud.endpoint);
  using work = watchWork(cloud);
  const { ben, phone } = met;
  await directory.setDevice(ben.phone, { connection: 'gone', connectedAt: Date.now() - 31_000 });

  await send(phone, messageTo(ben), { ...messageTo(ben), urgent: true });

  expect(await connectionOf(ben.phone)).toBeUndefined();
  expect(work.woken).toEqual([{ device: `${ben.account}.1`, urgent: true }]);
});

test('a connection younger than half a minute that seems gone may only be on its way, and is kept', async () => {
  await using met = await meetPhones(cloud.endpoint);
  using work = watchWork(cloud);
  const { ben, phone } = met;
  await directory.setDevice(ben.phone, { connection: 'gone', connectedAt: Date.now() - 15_000 });

  await send(phone, messageTo(ben));

  expect(await connectionOf(ben.phone)).toBe('gone');
  expect(work.woken).toEqual([]);
  expect(work.deadlines).toMatchObject([{ connection: 'gone', again: false }]);
});

test('mail for devices that are not connected wakes each, once a call, urgently if any of it is urgent', async () => {
  await using met = await meet(cloud.endpoint);
  using work = watchWork(cloud);
  const { ada, ben, phone } = met;
  const own = toAll(ada.list, ada.account, 1);
  const urgent = { ...messageTo(ben), urgent: true };
  await send(phone, messageOf([toAll(ben.first, ben.account), own]), urgent);
  expect(work.woken).toEqual([
    { device: `${ben.account}.1`, urgent: true },
    { device: `${ada.account}.2`, urgent: false },
  ]);
  expect(work.deadlines).toEqual([]);
});

test('a device that connects while a send that saw it offline is being stored is told that mail is waiting', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  const storing = hold();
  engine.next('BatchWriteItem', storing.rule);
  const message = messageTo(ben);
  const answer = send(phone, message);
  await storing.reached;

  await using other = await connectDevice(cloud.endpoint, ben.phone);
  expect((await sync(other)).envelopes).toEqual([]);
  storing.release();

  expect(await answer).toEqual([accepted(message)]);
  expect(await other.event('relay.waiting')).toEqual({ traceparent: expect.any(String) });
  expect((await sync(other)).envelopes.map(({ id }) => id)).toEqual([idOf(message, ada.phone)]);
  expect(other.frames).toEqual([]);
});

test('whatever the moment at which a device connects, it is told of a message or finds it', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  for (let round = 0; round < 12; round += 1) {
    const message = messageTo(ben);
    const [other] = await Promise.all([connectDevice(cloud.endpoint, ben.phone), send(phone, message)]);
    await using _ = other;
    const id = idOf(message, ada.phone);
    const found = (await sync(other)).envelopes.map((envelope) => envelope.id);
    if (!found.includes(id)) await Promise.any([other.event('relay.deliver'), other.event('relay.waiting')]);
    expect((await sync(other)).envelopes.map((envelope) => envelope.id)).toContain(id);
    await sync(other, { ack: [id] });
    await other.close();
    await expect.poll(() => connectionOf(ben.phone)).toBeUndefined();
  }
});
