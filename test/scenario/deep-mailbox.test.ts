import { expect, test } from 'vitest';
import { resume, type Session } from '#client';
import { addressOf } from '#protocol';
import { streamMail } from '../../bench/growth/stream-mail.ts';
import { accepted, meetPhones, messageTo, send } from '../fixtures/mail.ts';
import { openDirectory, openMailboxes } from '../fixtures/operator.ts';
import { newPhone } from '../fixtures/people.ts';
import { registerAccount, startTestCloud } from '../fixtures/world.ts';

const count = 3000;

/** Resolves with the numbers of the first messages that a session takes over. */
const receive = (session: Session, wanted: number): Promise<number[]> =>
  new Promise((resolve) => {
    const numbers: number[] = [];
    session.receive(({ body }) => {
      numbers.push(new DataView(body.buffer, body.byteOffset).getUint32(0));
      if (numbers.length === wanted) resolve(numbers);
    });
  });

test('a phone that was away empties a deep mailbox in order, each message once, though it starts again half-way', async () => {
  await using cloud = await startTestCloud();
  const { session, store } = await newPhone(cloud.endpoint);
  const { account, device } = session;
  await session.close();
  const { phone: sender } = await registerAccount(cloud.endpoint);
  using mailboxes = await openMailboxes(cloud);
  const pk = addressOf(account, device);
  const ttl = Math.ceil(Date.now() / 1000) + 3600;
  const mail = streamMail(count, { sender: addressOf(sender.account, sender.device), account, bytes: 500 });
  await mailboxes.fill([...mail].map(({ id, body }) => ({ pk, sk: id, body, at: Date.now(), ttl })));

  const numbers: number[] = [];
  for (const wanted of [count / 2, count / 2]) {
    const run = await resume({ store });
    if (run === undefined) throw new Error('the phone is registered');
    numbers.push(...(await receive(run, wanted)));
    await run.close();
  }
  expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  // The last acknowledgements are on their way: nothing answers them.
  await expect.poll(() => mailboxes.keys(pk), { timeout: 30_000 }).toEqual([]);
});

test('that a friend may write to a mailbox that holds much is looked up once, not for every message', async () => {
  await using cloud = await startTestCloud();
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  using directory = await openDirectory(cloud);
  await directory.setDevice(ben.phone, { held: 50_000, heldBytes: 50_000, heldAt: Date.now() });
  await directory.put({ pk: `A#${ben.account}`, sk: `~written#${ada.account}` });
  const lookups = async () => {
    const before = cloud.meter.snapshot();
    const message = messageTo(ben);
    expect(await send(phone, message)).toEqual([accepted(message)]);
    return cloud.meter.since(before).operations['dynamodb GetItem'] ?? 0;
  };
  expect(await lookups()).toBe(1);
  expect(await lookups()).toBe(0);
});
