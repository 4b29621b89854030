import { describe, expect, test } from 'vitest';
import type { DeviceList, PairingCode } from '#protocol';
import { generateSigningKey } from '../../../client/keys.ts';
import { generateSealingKeys, openProvisioning, sealProvisioning } from '../../../client/pairing/provisioning.ts';
import { type CompanionKeys, verifyApproval } from '../../../client/pairing/verify-approval.ts';
import { somebody } from './people.ts';

const secretOf = (byte: number) => Buffer.alloc(32, byte).toString('base64url');

/** The code of a companion, and the keys behind it. */
const companion = async (): Promise<{ code: PairingCode; keys: CompanionKeys }> => {
  const keys = { deviceKey: await generateSigningKey(), sealing: await generateSealingKeys(), secret: secretOf(1) };
  const code = {
    endpoint: 'wss://cloud.example/',
    pairing: 'AAAAAAAAAAAAAAAAAAAAAA',
    sealingKey: keys.sealing.publicKey,
    deviceKey: keys.deviceKey.x,
    secret: keys.secret,
  };
  return { code, keys };
};

describe('the provisioning message', () => {
  test('who has read the code can seal it, and the companion opens it', async () => {
    const { code, keys } = await companion();
    const provisioning = { identityKey: somebody().identity.publicKey, device: 2 };

    const sealed = await sealProvisioning(provisioning, code);

    const { privateKey } = keys.sealing;
    expect(await openProvisioning(sealed, { code, privateKey })).toEqual(provisioning);
  });

  test('a code’s secret is needed to open the provisioning message, and to make one', async () => {
    const { code, keys } = await companion();
    const { privateKey } = keys.sealing;
    const provisioning = { identityKey: somebody().identity.publicKey, device: 2 };
    const other = { ...code, secret: secretOf(2) };

    const sealed = await sealProvisioning(provisioning, code);
    const forged = await sealProvisioning(provisioning, other);

    const refused = { code: 'provisioning_invalid' };
    await expect(openProvisioning(sealed, { code: other, privateKey })).rejects.toMatchObject(refused);
    await expect(openProvisioning(forged, { code, privateKey })).rejects.toMatchObject(refused);
  });

  test('it opens for its pairing and its keys only', async () => {
    const { code, keys } = await companion();
    const stranger = await companion();
    const sealed = await sealProvisioning({ identityKey: somebody().identity.publicKey, device: 2 }, code);
    const refused = { code: 'provisioning_invalid' };
    const open = (changed: Partial<PairingCode>, privateKey = keys.sealing.privateKey) =>
      openProvisioning(sealed, { code: { ...code, ...changed }, privateKey });

    await expect(open({})).resolves.toMatchObject({ device: 2 });
    await expect(open({ pairing: 'AAAAAAAAAAAAAAAAAAAAAQ' })).rejects.toMatchObject(refused);
    await expect(open({ deviceKey: stranger.code.deviceKey })).rejects.toMatchObject(refused);
    await expect(open({}, stranger.keys.sealing.privateKey)).rejects.toMatchObject(refused);
  });

  test('a message that was touched, or is none, is refused by name', async () => {
    const { code, keys } = await companion();
    const { privateKey } = keys.sealing;
    const sealed = await sealProvisioning({ identityKey: somebody().identity.publicKey, device: 2 }, code);
    const touched = `${sealed.slice(0, -4)}AAAA`;

    for (const text of [touched, 'AAAA', '!', '']) {
      await expect(openProvisioning(text, { code, privateKey })).rejects.toMatchObject({
        code: 'provisioning_invalid',
      });
    }
  });
});

/** An approval by Ada’s phone, with whatever a test spoils in it. */
const approve = async (change: { list?: (list: DeviceList) => DeviceList; device?: number } = {}) => {
  const { list: changed = (list: DeviceList) => list, device = 2 } = change;
  const { code, keys } = await companion();
  const ada = somebody();
  const deviceList = changed(ada.adding(ada.first, keys.deviceKey.x));
  const sealed = await sealProvisioning({ identityKey: ada.identity.publicKey, device }, code);
  return { ada, keys, verified: verifyApproval({ sealed, deviceList }, { code, keys }) };
};

describe('what the phone approved', () => {
  test('the companion becomes the device that the sealed message and the signed list both name', async () => {
    const { ada, keys, verified } = await approve();

    expect(await verified).toEqual({
      endpoint: 'wss://cloud.example/',
      account: ada.account,
      device: 2,
      deviceKey: keys.deviceKey,
      registered: true,
    });
  });

  test('a list of another account, of other signature, or without this device under its number, is no proof', async () => {
    const refused = { code: 'provisioning_invalid' };
    const key = somebody().computer.publicKey;
    const changes = [
      { list: () => somebody().both },
      { list: (list: DeviceList) => ({ ...list, issuedAt: list.issuedAt + 1 }) },
      { list: (list: DeviceList) => ({ ...list, devices: list.devices.map((device) => ({ ...device, key })) }) },
      { device: 1 },
    ];

    for (const change of changes) {
      const { verified } = await approve(change);
      await expect(verified).rejects.toMatchObject(refused);
    }
  });
});
