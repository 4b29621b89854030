import { expect, test } from 'vitest';
import {
  collectStatement,
  limits,
  methods,
  type PairingCode,
  parsePairingCode,
  type PairingState,
  TandemError,
  verify,
} from '#protocol';
import { readAccount } from '../../../client/account.ts';
import { link } from '../../../client/link.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { sealProvisioning } from '../../../client/pairing/provisioning.ts';
import { type Rules, startCloud } from './cloud.ts';
import { manualPlatform } from './manual-clock.ts';
import { somebody } from './people.ts';

const pairingId = (n: number) => Buffer.alloc(16, n).toString('base64url');

const read = (text: string): PairingCode => {
  const parsed = parsePairingCode(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.code;
};

/** What a phone of Ada's sends when its person says yes. */
const approvalOf = async (ada: ReturnType<typeof somebody>, code: PairingCode) => {
  const deviceList = ada.adding(ada.first, code.deviceKey);
  const sealed = await sealProvisioning({ identityKey: ada.identity.publicKey, device: 2 }, code);
  return { pairing: code.pairing, sealed, deviceList };
};

/** A cloud that opens pairings for a minute each, and a computer that shows their codes. */
const setUp = async (rules: Rules = {}) => {
  const platform = manualPlatform();
  const { now } = platform.clock;
  let opened = 0;
  const cloud = await startCloud({
    now,
    rules: {
      'pairing.open': () => {
        opened += 1;
        return { pairing: pairingId(opened), expiresAt: now() + limits.pairingScan };
      },
      ...rules,
    },
  });
  const store = memoryStore();
  const linking = link({ endpoint: cloud.endpoint, store, label: 'laptop', platform });
  const [codes, scans]: [string[], number[]] = [[], []];
  linking.on('code', (code) => codes.push(code));
  linking.on('scanned', () => scans.push(now()));
  return {
    cloud,
    store,
    linking,
    platform,
    codes,
    scans,
    async [Symbol.asyncDispose]() {
      linking.cancel();
      await linking.linked.then((session) => session.close()).catch(() => undefined);
      await cloud[Symbol.asyncDispose]();
    },
  };
};

const scannedOf = (code: PairingCode, now: number) => ({
  pairing: code.pairing,
  decideBy: now + limits.pairingDecision,
});

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

  platform.clock.advance(limits.pairingScan);

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

  platform.clock.advance(limits.pairingDecision);

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

    platform.clock.advance(limits.pairingDecision + 2_000);

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

  platform.clock.advance(limits.pairingScan);

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

test('a store that holds a device is not linked over, and a wrong endpoint is named', async () => {
  const store = await somebody().storeOf(2, 'ws://127.0.0.1:1/');

  await expect(link({ endpoint: 'ws://127.0.0.1:1/', store }).linked).rejects.toMatchObject({
    code: 'already_linked',
  });
  const wrong = link({ endpoint: 'https://cloud.example', store: memoryStore() });
  await expect(wrong.linked).rejects.toMatchObject({ code: 'endpoint_invalid', message: /https:\/\/cloud\.example/ });
});
