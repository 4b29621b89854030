import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cloud } from '#local';
import { limits } from '#protocol';
import { quotas } from '../../functions/shared/quotas.ts';
import { editApp } from '../fixtures/edited-app.ts';
import { accepted, idOf, meet, meetPhones, messageOf, messageTo, send, sync, toAll } from '../fixtures/mail.ts';
import { openDirectory, openMailboxes } from '../fixtures/operator.ts';
import { codeOf, connectDevice, succeed } from '../fixtures/wire.ts';
import { ended } from '../fixtures/work.ts';
import { registerAccount, startTestCloud } from '../fixtures/world.ts';

/** Settings that a deployer could choose, as the stack tells them to its functions. */
const smaller = { deviceCallsPerMinute: 5, claimsPerPairPerHour: 3, mailboxEnvelopes: 500, strangersEnvelopes: 200 };

let app: Awaited<ReturnType<typeof editApp>>;
let cloud: Cloud;
let directory: Awaited<ReturnType<typeof openDirectory>>;
let mailboxes: Awaited<ReturnType<typeof openMailboxes>>;
beforeAll(async () => {
  app = await editApp((template) =>
    Object.entries(smaller).reduce(
      (text, [name, value]) => text.replaceAll(new RegExp(`(\\\\"${name}\\\\"):\\d+`, 'g'), `$1:${value}`),
      template,
    ),
  );
  cloud = await startTestCloud({ app: app.app });
  [directory, mailboxes] = await Promise.all([openDirectory(cloud), openMailboxes(cloud)]);
});
afterAll(async () => {
  directory[Symbol.dispose]();
  mailboxes[Symbol.dispose]();
  await cloud[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

/** An estimate of what a mailbox holds now, and a little more, as it fades. */
const holding = (envelopes: number, bytes = 0) => ({ held: envelopes + 1, heldBytes: bytes, heldAt: Date.now() });

/** As if so many calls of a class had been counted already, in this minute and the next. */
const count = async (rateClass: string, subject: string, calls: number) => {
  const minute = Math.floor(Date.now() / 60_000);
  for (const window of [minute, minute + 1]) {
    await directory.put({ pk: `R#${rateClass}#${subject}`, sk: `window#${window}`, count: calls });
  }
};

/** Whether anything is refused for its rate. */
const isLimited = (results: unknown) => JSON.stringify(results).includes('"code":"rate_limited"');

describe('a mailbox', () => {
  test('that is full takes no more, and says whose it is; other messages of the call go their way', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    await directory.setDevice(ben.phone, holding(smaller.mailboxEnvelopes));
    const both = messageOf([toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)]);
    const own = messageOf([toAll(ada.list, ada.account, 1)]);

    const [full, taken] = await send(phone, both, own);

    expect(full).toMatchObject({
      message: both.message,
      error: { data: { code: 'mailbox_full', retryable: false, details: { devices: [`${ben.account}.1`] } } },
    });
    expect(taken).toEqual(accepted(own));
    expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([]);
    expect(await mailboxes.keys(`${ada.account}.2`)).toHaveLength(1);
  });

  test('is full by its bytes too', async () => {
    await using met = await meetPhones(cloud.endpoint);
    const { ben, phone } = met;
    await directory.setDevice(ben.phone, holding(64, 50_000_100));
    expect(await send(phone, messageTo(ben))).toMatchObject([{ error: { data: { code: 'mailbox_full' } } }]);
  });

  test('takes mail again when its device has found it empty', async () => {
    await using met = await meetPhones(cloud.endpoint);
    const { ben, phone } = met;
    await directory.setDevice(ben.phone, holding(smaller.mailboxEnvelopes));
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    // Of so many that leave with the call, samples are noted: that the mailbox is empty outweighs them.
    await sync(other, { ack: Array.from({ length: limits.batch }, () => idOf(messageTo(ben), ben.phone)) });
    const message = messageTo(ben);
    expect(await send(phone, message)).toEqual([accepted(message)]);
  });

  test('that nobody has fetched anything from for months is no longer thought to be full', async () => {
    await using met = await meetPhones(cloud.endpoint);
    const { ben, phone } = met;
    const long = { ...holding(2 * smaller.mailboxEnvelopes), heldAt: Date.now() - 3 * limits.envelopeLife };
    await directory.setDevice(ben.phone, long);
    const message = messageTo(ben);
    expect(await send(phone, message)).toEqual([accepted(message)]);
  });

  test('that is filling up is closed to strangers first, not to whom its account has written, nor to its own', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    await directory.setDevice(ada.companion, holding(smaller.strangersEnvelopes));
    const toAda = () => messageOf([toAll(ada.list, ada.account)]);

    expect(await send(other, toAda())).toMatchObject([
      { error: { data: { code: 'mailbox_full', details: { devices: [`${ada.account}.2`] } } } },
    ]);
    const own = messageOf([toAll(ada.list, ada.account, 1)]);
    expect(await send(phone, own)).toEqual([accepted(own)]);

    // Of what an account writes, one message in 64 is noted: here it is that one.
    await directory.put({ pk: `A#${ada.account}`, sk: `~written#${ben.account}` });
    const message = toAda();
    expect(await send(other, message)).toEqual([accepted(message)]);
  });
});

describe('a device that calls too often', () => {
  test('is refused with the time to wait, and closed when it goes on', async () => {
    await using met = await meetPhones(cloud.endpoint);
    const { ben, phone } = met;
    const refusals: unknown[] = [];
    // At the border of two minutes, as many calls may pass again, and as many refusals.
    for (let calls = 0; refusals.length < 40 && phone.socket.readyState === phone.socket.OPEN; calls += 1) {
      const answer = await Promise.race([phone.call('contacts.unblock', { account: ben.account }), phone.closed]);
      if (typeof answer === 'number') break;
      if (calls < smaller.deviceCallsPerMinute) expect(answer.error).toBeUndefined();
      if (answer.error !== undefined) refusals.push(answer.error.data);
    }
    expect(await phone.closed).toBe(1000);
    expect(refusals.length).toBeGreaterThanOrEqual(20);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) });
    }
  });

  test('for the keys of one other, is refused for these, and not for those of a third', async () => {
    await using met = await meetPhones(cloud.endpoint);
    const { ben, phone } = met;
    const third = await registerAccount(cloud.endpoint);
    const claim = (account: string) => codeOf(phone, 'keys.claim', { devices: [`${account}.1`] });
    for (let i = 0; i < smaller.claimsPerPairPerHour; i += 1) expect(await claim(ben.account)).toBeUndefined();
    expect(await claim(ben.account)).toBe('rate_limited');
    expect(await claim(third.account)).toBeUndefined();
    await succeed(phone, 'session.time', {});
  });

  test('and sends too much to one account is refused what is for that one, and nothing else of the call', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    const third = await registerAccount(cloud.endpoint);
    await count('sendsPerPairPerMinute', `${ada.account}>${ben.account}`, quotas.sendsPerPairPerMinute.default);
    const stale = () => messageOf([{ ...toAll(ben.first, ben.account), version: 2 }]);
    const own = messageOf([toAll(ada.list, ada.account, 1)]);
    const both = messageOf([toAll(ben.first, ben.account), toAll(third.first, third.account)]);
    const [toBen, toThird] = [messageTo(ben), messageTo(third)];
    /** Right after something for Ben is refused; once more, should the minute end between the two. */
    const sendAll = async () => {
      for (;;) {
        // One call in 64 is counted.
        while (!isLimited(await send(phone, stale())));
        const results = await send(phone, own, toBen, toThird, both);
        if (isLimited(results)) return results;
      }
    };

    const results = await sendAll();

    const limited = { code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) };
    expect(results).toEqual([
      accepted(own),
      { message: toBen.message, error: expect.objectContaining({ data: limited }) },
      accepted(toThird),
      { message: both.message, error: expect.objectContaining({ data: limited }) },
    ]);
    expect(await mailboxes.keys(`${third.account}.1`)).toEqual([idOf(toThird, ada.phone)]);
  });

  test('and acknowledges without end is refused that too, and closed when it goes on', async () => {
    await using met = await meetPhones(cloud.endpoint);
    const { ada, ben, phone } = met;
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    const message = messageTo(ben);
    await send(phone, message);
    await count('readsPerMinute', `${ben.account}.1`, quotas.readsPerMinute.default);
    // One call in 64 is counted; from then on each is refused.
    while (other.socket.readyState === other.socket.OPEN) {
      const answered = ended(cloud, 'relay');
      other.tell('relay.ack', { envelopes: [idOf(messageTo(ben), ada.phone)] });
      await Promise.race([answered, other.closed]);
    }
    expect(await other.closed).toBe(1000);
    expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([idOf(message, ada.phone)]);
  });
});
