import { limits, type PairingCode, parsePairingCode } from '#protocol';
import { link } from '../../../client/link.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { sealProvisioning } from '../../../client/pairing/provisioning.ts';
import { type Rules, startCloud } from './cloud.ts';
import { manualPlatform } from './manual-platform.ts';
import type { somebody } from './people.ts';

export const pairingId = (n: number) => Buffer.alloc(16, n).toString('base64url');

/** What a camera reads. */
export const read = (text: string): PairingCode => {
  const parsed = parsePairingCode(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.code;
};

/** What a phone of Ada's sends when its person says yes. */
export const approvalOf = async (ada: ReturnType<typeof somebody>, code: PairingCode) => {
  const deviceList = ada.adding(ada.first, code.deviceKey);
  const sealed = await sealProvisioning({ identityKey: ada.identity.publicKey, device: 2 }, code);
  return { pairing: code.pairing, sealed, deviceList };
};

/** A cloud that opens pairings for a minute each, and a computer that shows their codes. */
export const setUpLinking = async (rules: Rules = {}) => {
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
      'pairing.cancel': () => ({}),
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

/** What the computer is told when a phone has scanned its code. */
export const scannedOf = (code: PairingCode, now: number) => ({
  pairing: code.pairing,
  decideBy: now + limits.pairingDecision,
});
