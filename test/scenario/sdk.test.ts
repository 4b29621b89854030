import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientError, resume } from '#client';
import { limits } from '#protocol';
import { linkComputer, listen, newComputer, newPhone, once, text } from '../fixtures/people.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

describe('linking', () => {
  test('a computer whose code the phone has scanned and approved is linked', async () => {
    const { session: phone } = await newPhone(endpoint);
    const { linking } = newComputer(endpoint, 'Ada’s laptop');
    const scanned = Promise.withResolvers<void>();
    linking.on('scanned', () => scanned.resolve());

    const offer = await phone.scan(await linking.code());
    await scanned.promise;
    expect(offer.companion).toMatchObject({ label: 'Ada’s laptop', address: '127.0.0.1', sameNetwork: true });
    await offer.approve({ confirmed: offer.companion });

    const computer = await linking.linked;
    expect(computer).toMatchObject({ account: phone.account, device: 2, isPrimary: false });
    expect((await computer.devices()).devices.map(({ id }) => id)).toEqual([1, 2]);
    await Promise.all([phone.close(), computer.close()]);
  });

  test('a denied computer is told, and its code links nothing afterwards', async () => {
    const { session: phone } = await newPhone(endpoint);
    const { linking } = newComputer(endpoint);
    const offer = await phone.scan(await linking.code());

    await offer.deny();

    await expect(linking.linked).rejects.toMatchObject({ code: 'pairing_denied' });
    await expect(offer.approve({ confirmed: offer.companion })).rejects.toMatchObject({ code: 'pairing_denied' });
    await phone.close();
  });

  test('a second phone that scans the code is told that it came too late', async () => {
    const [{ session: first }, { session: second }] = await Promise.all([newPhone(endpoint), newPhone(endpoint)]);
    const { linking } = newComputer(endpoint);
    const code = await linking.code();
    await first.scan(code);
    await expect(second.scan(code)).rejects.toMatchObject({ code: 'pairing_taken' });
    linking.cancel();
    await expect(linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });
    await Promise.all([first.close(), second.close()]);
  });

  test('approving wants what was shown to be confirmed', async () => {
    const { session: phone } = await newPhone(endpoint);
    const { linking } = newComputer(endpoint, 'a laptop');
    const offer = await phone.scan(await linking.code());
    const other = { ...offer.companion, label: 'another laptop' };
    await expect(offer.approve({ confirmed: other })).rejects.toMatchObject({ code: 'companion_unconfirmed' });
    await offer.approve({ confirmed: offer.companion });
    await Promise.all([phone.close(), (await linking.linked).close()]);
  });

  test('an unlinked computer is told, ends, and is refused when it comes back', async () => {
    const { session: phone } = await newPhone(endpoint);
    const { session: computer, store } = await linkComputer(endpoint, phone);
    const told = once(computer, 'unlinked');
    await phone.unlink(computer.device);
    await told;
    await expect(computer.send({ to: phone.account, body: text('x') })).rejects.toBeInstanceOf(ClientError);

    const again = await resume({ store });
    if (again === undefined) throw new Error('the store still has the device');
    await once(again, 'unlinked');
    await phone.close();
  });

  test('a computer that leaves is unlinked, and its phone is told', async () => {
    const { session: phone } = await newPhone(endpoint);
    const { session: computer, store } = await linkComputer(endpoint, phone);
    const told = once(phone, 'left');
    await computer.leave();
    expect(await told).toBe(2);
    expect(await resume({ store })).toBeUndefined();
    await phone.close();
  });
});

describe('messages', () => {
  test('reach every device of the recipient and the sender’s others, once, whoever is away', async () => {
    const [{ session: ada }, { session: ben, store }] = await Promise.all([newPhone(endpoint), newPhone(endpoint)]);
    const { session: computer } = await linkComputer(endpoint, ada);
    const [atPhone, atComputer] = [listen(ada), listen(computer)];
    await ben.close();
    const words = Array.from({ length: 30 }, (_, i) => `message ${i}`);

    await Promise.all(words.map((word) => ada.send({ to: ben.account, body: text(word) })));

    const back = await resume({ store });
    if (back === undefined) throw new Error('Ben is still registered');
    const atBen = listen(back);
    expect((await atBen.until(30)).toSorted()).toEqual(words.toSorted());
    expect((await atComputer.until(30)).toSorted()).toEqual(words.toSorted());
    expect(atPhone.texts).toEqual([]);
    await Promise.all([ada.close(), computer.close(), back.close()]);
  });

  test('go to the devices of today, though the sender knew those of yesterday', async () => {
    const [{ session: ada }, { session: ben }] = await Promise.all([newPhone(endpoint), newPhone(endpoint)]);
    await ben.send({ to: ada.account, body: text('before') });
    const { session: computer } = await linkComputer(endpoint, ada);
    const atComputer = listen(computer);
    await ben.send({ to: ada.account, body: text('after') });
    expect(await atComputer.until(1)).toEqual(['after']);
    await Promise.all([ada.close(), ben.close(), computer.close()]);
  });

  test('too large are refused before anything is sent', async () => {
    const { session: phone } = await newPhone(endpoint);
    const body = new Uint8Array(limits.body + 1);
    await expect(phone.send({ to: phone.account, body })).rejects.toMatchObject({ code: 'body_invalid' });
    await phone.close();
  });

  test('to nobody there is are refused by name', async () => {
    const { session: phone } = await newPhone(endpoint);
    const to = 'a'.repeat(32);
    await expect(phone.send({ to, body: text('x') })).rejects.toMatchObject({ code: 'account_unknown' });
    await phone.close();
  });

  test('a signal reaches who is there', async () => {
    const [{ session: ada }, { session: ben }] = await Promise.all([newPhone(endpoint), newPhone(endpoint)]);
    if (!ben.online) await once(ben, 'online');
    const typing = once(ben, 'signal');
    await ada.signal({ to: ben.account, body: text('typing') });
    expect(await typing).toMatchObject({ sender: { account: ada.account, device: 1 }, body: text('typing') });
    await Promise.all([ada.close(), ben.close()]);
  });
});
