import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gap, type IncomingMessage, resume, type Session } from '#client';
import type { Cloud } from '#local';
import { openMailboxes } from '../fixtures/operator.ts';
import { linkComputer, listen, newPhone, once, text } from '../fixtures/people.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Cloud;
let mailboxes: Awaited<ReturnType<typeof openMailboxes>>;
beforeAll(async () => {
  cloud = await startTestCloud();
  mailboxes = await openMailboxes(cloud);
});
afterAll(async () => {
  mailboxes[Symbol.dispose]();
  await cloud[Symbol.asyncDispose]();
});

const gapsOf = (session: Session): Gap[] => {
  const gaps: Gap[] = [];
  session.on('gap', (gap) => gaps.push(gap));
  return gaps;
};

/** The relay loses what it has stored of a message for a device. */
const lose = async (device: string, message: string) => {
  const key = (await mailboxes.keys(device)).find((sk) => sk.includes(message));
  if (key === undefined) throw new Error(`${device} has no envelope of ${message}`);
  await mailboxes.remove(device, key);
};

const words = (count: number) => Array.from({ length: count }, (_, i) => `message ${i}`);

describe('a relay that loses mail', () => {
  test('is found out: what is missing is asked for again, and handed over in its place', async () => {
    const [{ session: ada }, { session: ben, store }] = await Promise.all([
      newPhone(cloud.endpoint),
      newPhone(cloud.endpoint),
    ]);
    const { address } = ben;
    await ben.close();
    listen(ada);
    const sent = await Promise.all(words(5).map((word) => ada.send({ to: ben.account, body: text(word) })));
    for (const lost of [1, 2]) await lose(address, sent[lost]?.message ?? '');

    const back = await resume({ store });
    if (back === undefined) throw new Error('Ben is still registered');
    const gaps = gapsOf(back);
    const got: IncomingMessage[] = [];
    back.receive((message) => void got.push(message));

    await expect.poll(() => got.length, { timeout: 10_000 }).toBe(5);
    expect(got.map(({ body }) => new TextDecoder().decode(body))).toEqual(words(5));
    expect(got.map(({ message }) => message)).toEqual(sent.map(({ message }) => message));
    expect(gaps).toEqual([]);
    await Promise.all([ada.close(), back.close()]);
  });

  test('is found out by the sender’s other devices, too', async () => {
    const [{ session: ada }, { session: ben }] = await Promise.all([
      newPhone(cloud.endpoint),
      newPhone(cloud.endpoint),
    ]);
    const { session: computer, store } = await linkComputer(cloud.endpoint, ada);
    await computer.close();
    listen(ada);
    const sent = await Promise.all(words(3).map((word) => ada.send({ to: ben.account, body: text(word) })));
    await lose(computer.address, sent[0]?.message ?? '');

    const back = await resume({ store });
    if (back === undefined) throw new Error('the computer is still linked');

    expect(await listen(back).until(3)).toEqual(words(3));
    await Promise.all([ada.close(), ben.close(), back.close()]);
  });
});

test('a relay that drops and doubles deliveries changes neither order nor number', async () => {
  const [{ session: ada }, { session: ben }] = await Promise.all([newPhone(cloud.endpoint), newPhone(cloud.endpoint)]);
  listen(ada);
  const atBen = listen(ben);
  const gaps = gapsOf(ben);
  if (!ben.online) await once(ben, 'online');
  const faults = [
    cloud.faults.add({ kind: 'post-failure', status: 500, rate: 0.3 }),
    cloud.faults.add({ kind: 'duplicate-invocation', function: '*', rate: 0.3 }),
  ];

  for (const word of words(12)) await ada.send({ to: ben.account, body: text(word) });
  for (const fault of faults) fault[Symbol.dispose]();
  await ada.send({ to: ben.account, body: text('the last') });

  expect(await atBen.until(13)).toEqual([...words(12), 'the last']);
  expect(gaps).toEqual([]);
  await Promise.all([ada.close(), ben.close()]);
});

describe('contacts', () => {
  test('a message of a stranger is a request, until its account is accepted or written to', async () => {
    const [{ session: ada }, { session: ben }] = await Promise.all([
      newPhone(cloud.endpoint),
      newPhone(cloud.endpoint),
    ]);
    listen(ben);
    const got: boolean[] = [];
    ada.receive(({ isRequest }) => void got.push(isRequest));
    const to = ben.readContact(ada.contactLink);

    await ben.send({ to, body: text('hello') });
    await expect.poll(() => got).toEqual([true]);
    await ada.accept(ben.account);
    await ben.send({ to, body: text('hello again') });

    await expect.poll(() => got).toEqual([true, false]);
    await Promise.all([ada.close(), ben.close()]);
  });

  test('what an account sends while it is blocked does not come through', async () => {
    const [{ session: ada }, { session: ben }] = await Promise.all([
      newPhone(cloud.endpoint),
      newPhone(cloud.endpoint),
    ]);
    const atAda = listen(ada);

    await ada.block(ben.account);
    await ben.send({ to: ada.account, body: text('blocked') });
    expect(await mailboxes.keys(ada.address)).toEqual([]);
    await ada.unblock(ben.account);
    await ben.close();
    expect(atAda.texts).toEqual([]);
    await ada.close();
  });
});
