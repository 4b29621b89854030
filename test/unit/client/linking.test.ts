import { expect, test } from 'vitest';
import { cancelStatement, collectStatement, limits, methods, type PairingState, TandemError, verify } from '#protocol';
import { readAccount } from '../../../client/account.ts';
import { link } from '../../../client/link.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { approvalOf, pairingId, read, scannedOf, setUpLinking as setUp } from './linking-computer.ts';
import { somebody } from './people.ts';

test('a computer shows a code, learns that it was scanned, and is linked with the token of its own', async () => {
  await using all = await setUp();
  const { cloud, linking, platform, store, scans } = all;
  const ada = somebody();

  const code = read(await linking.code());
  expect(code).toMatchObject({ endpoint: cloud.endpoint, pairing: pairingId(1) });
  const { call } = await cloud.heard('pairing.open');
  expect(call.params).toEqual({ deviceKey: code.deviceKey, label: 'laptop' });
  const guest = await cloud.peer();
  guest.notify('pairing.scanned', scannedOf(code, platform.clock.now()));
  await expect.poll(() => scans).toHaveLength(1);
  guest.notify('pairing.approved', await approvalOf(ada, code));

  const session = await linking.linked;
  expect(session).toMatchObject({ account: ada.account, device: 2, address: `${ada.account}.2`, isPrimary: false });
  expect((await cloud.peer(2)).token).toBeDefined();
  expect(await readAccount(store)).toMatchObject({ account: ada.account, device: 2, registered: true });
  expect(await store.get(`list/${ada.account}`)).toMatchObject({ version: 2 });
});

test('a code that nobody scans is followed by another, which replaces it', async () => {
  await using all = await setUp();
  const { cloud, linking, platform, codes } = all;
  const first = await linking.code();

  await platform.clock.advance(limits.pairingScan);

  const { call } = await cloud.heard('pairing.open', 2);
  expect(call.params).toMatchObject({ replaces: pairingId(1) });
  await expect.poll(() => codes).toHaveLength(2);
  expect(await linking.code()).not.toBe(first);
  expect(read(await linking.code()).pairing).toBe(pairingId(2));
});

test('a scanned code stays until the phone has decided', async () => {
  await using all = await setUp();
  const { cloud, linking, platform, scans } = all;
  const code = read(await linking.code());
  (await cloud.peer()).notify('pairing.scanned', scannedOf(code, platform.clock.now()));
  await expect.poll(() => scans).toHaveLength(1);

  await platform.clock.advance(limits.pairingDecision);

  expect(cloud.calls('pairing.open')).toHaveLength(1);
});

test('a computer that the phone denies is told so', async () => {
  await using all = await setUp();
  const { cloud, linking } = all;
  const code = read(await linking.code());

  (await cloud.peer()).notify('pairing.denied', { pairing: code.pairing });

  await expect(linking.linked).rejects.toMatchObject({ code: 'pairing_denied' });
});

test('what happened while the guest’s socket was gone is asked for on the next, signed by the device key', async () => {
  const ada = somebody();
  await using all = await setUp({
    'pairing.collect': async () => {
      const { sealed, deviceList } = await approvalOf(ada, read(await all.linking.code()));
      return { state: 'approved', sealed, deviceList };
    },
  });
  const { cloud, linking } = all;
  const code = read(await linking.code());

  (await cloud.peer()).terminate();

  const session = await linking.linked;
  expect(session.account).toBe(ada.account);
  const { call } = await cloud.heard('pairing.collect');
  const { pairing, at, signature } = methods['pairing.collect'].params.parse(call.params);
  const statement = collectStatement(new URL(cloud.endpoint).host, at, pairing);
  expect(await verify(code.deviceKey, signature, statement)).toBe(true);
});

test('each end of a scanned pairing that a computer may find later has a name of its own', async () => {
  const ends: [PairingState, string][] = [
    ['denied', 'pairing_denied'],
    ['expired', 'pairing_expired'],
    ['cancelled', 'pairing_cancelled'],
  ];
  for (const [state, code] of ends) {
    await using all = await setUp({ 'pairing.collect': () => ({ state }) });
    const { cloud, linking, platform, scans } = all;
    const shown = read(await linking.code());
    (await cloud.peer()).notify('pairing.scanned', scannedOf(shown, platform.clock.now()));
    await expect.poll(() => scans).toHaveLength(1);

    await platform.clock.advance(limits.pairingDecision + 2_000);

    await expect(linking.linked).rejects.toMatchObject({ code });
  }
});

test('a scan at the last moment, which keeps the code from being replaced, is learned of', async () => {
  await using all = await setUp({
    'pairing.open': ({ replaces }) => {
      if (replaces !== undefined) throw new TandemError('pairing_pending');
      return { pairing: pairingId(1), expiresAt: all.platform.clock.now() + limits.pairingScan };
    },
    'pairing.collect': () => ({ state: 'scanned' }),
  });
  const { linking, platform, scans, codes } = all;
  await linking.code();

  await platform.clock.advance(limits.pairingScan);

  await expect.poll(() => scans).toHaveLength(1);
  expect(codes).toHaveLength(1);
});

test('a provisioning message that nobody sealed for this code links nothing', async () => {
  await using all = await setUp();
  const { cloud, linking, store } = all;
  const code = read(await linking.code());
  const forged = await approvalOf(somebody(), { ...code, secret: Buffer.alloc(32).toString('base64url') });

  (await cloud.peer()).notify('pairing.approved', forged);

  await expect(linking.linked).rejects.toMatchObject({ code: 'provisioning_invalid' });
  expect(await readAccount(store)).toBeUndefined();
});

test('a linking that is cancelled ends, whether it has a code or not', async () => {
  await using early = await setUp();
  early.linking.cancel();
  await expect(early.linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });
  await expect(early.linking.code()).rejects.toMatchObject({ code: 'linking_cancelled' });

  await using late = await setUp();
  await late.linking.code();
  late.linking.cancel();
  await expect(late.linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });
});

test('a computer that cancels takes its code back before it hangs up, signed by its device key', async () => {
  await using all = await setUp();
  const { cloud, linking } = all;
  const code = read(await linking.code());

  linking.cancel();

  await expect(linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });
  const [call] = cloud.calls('pairing.cancel');
  const { pairing, at, signature } = methods['pairing.cancel'].params.parse(call?.params);
  const statement = cancelStatement(new URL(cloud.endpoint).host, at, pairing);
  expect(pairing).toBe(code.pairing);
  expect(await verify(code.deviceKey, signature, statement)).toBe(true);
});

test('an approval that came before the cancellation stands: no device is left that nobody has', async () => {
  const ada = somebody();
  await using all = await setUp({
    'pairing.cancel': () => {
      throw new TandemError('pairing_approved');
    },
    'pairing.collect': async () => {
      const { sealed, deviceList } = await approvalOf(ada, read(await all.linking.code()));
      return { state: 'approved', sealed, deviceList };
    },
  });
  await all.linking.code();

  all.linking.cancel();

  const session = await all.linking.linked;
  expect(session).toMatchObject({ account: ada.account, device: 2 });
});

const silent = () => new Promise<never>(() => undefined);

test('a cloud that does not answer keeps nobody from cancelling', async () => {
  await using mute = await setUp({ 'pairing.cancel': silent });
  await mute.linking.code();
  mute.linking.cancel();
  await mute.cloud.heard('pairing.cancel');
  await mute.platform.clock.advance(5_000);
  await expect(mute.linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });

  await using gone = await setUp({ 'pairing.cancel': silent });
  await gone.linking.code();
  gone.linking.cancel();
  await gone.cloud.heard('pairing.cancel');
  (await gone.cloud.peer()).terminate();
  await expect(gone.linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });
});

test('a computer that is one too many of its network asks again when the cloud wants it to', async () => {
  const rest = limits.call + 1_000;
  await using all = await setUp({
    'pairing.open': () => {
      if (all.cloud.calls('pairing.open').length === 1) throw new TandemError('rate_limited', undefined, rest);
      return { pairing: pairingId(2), expiresAt: all.platform.clock.now() + limits.pairingScan };
    },
  });
  const { linking, platform } = all;
  const again = platform.clock.now() + rest;
  await expect.poll(() => platform.clock.due()).toContain(again);

  await platform.clock.advance(rest - 1);
  expect(platform.clock.due()).toContain(again);
  await platform.clock.advance(1);

  expect(read(await linking.code()).pairing).toBe(pairingId(2));
});

test('a store that holds a device is not linked over, and a wrong endpoint is named', async () => {
  const store = await somebody().storeOf(2, 'ws://127.0.0.1:1/');

  await expect(link({ endpoint: 'ws://127.0.0.1:1/', store }).linked).rejects.toMatchObject({
    code: 'already_linked',
  });
  const wrong = link({ endpoint: 'https://cloud.example', store: memoryStore() });
  await expect(wrong.linked).rejects.toMatchObject({ code: 'endpoint_invalid', message: /https:\/\/cloud\.example/ });
});
