import * as z from 'zod/mini';
import { FixedBytes, PublicKey } from './bytes.ts';

export const PairingId = FixedBytes(16);

/** What the QR code says: everything by which the phone knows the companion without trusting the relay. */
export const PairingCode = z.object({
  endpoint: z.url({ protocol: /^wss?$/ }),
  pairing: PairingId,
  sealingKey: PublicKey,
  deviceKey: PublicKey,
  secret: FixedBytes(32),
});
export type PairingCode = z.infer<typeof PairingCode>;

/** `tandem:pair?v=1&e=<endpoint>&p=<pairing>&k=<X25519 key>&d=<Ed25519 key>&s=<secret>` */
export const formatPairingCode = (code: PairingCode): string =>
  'tandem:pair?' +
  new URLSearchParams({
    v: '1',
    e: code.endpoint,
    p: code.pairing,
    k: code.sealingKey,
    d: code.deviceKey,
    s: code.secret,
  }).toString();

export type ParsedPairingCode = { ok: true; code: PairingCode } | { ok: false; reason: string };

/** Reads the text of a QR code; says why when it is not one of ours. */
export const parsePairingCode = (text: string): ParsedPairingCode => {
  const match = /^tandem:pair\?(.*)$/s.exec(text.trim());
  if (match === null) return { ok: false, reason: 'not a Tandem pairing code' };
  const query = new URLSearchParams(match[1]);
  if (query.get('v') !== '1') {
    return { ok: false, reason: `pairing code version ${query.get('v')}: update this application` };
  }
  const code = PairingCode.safeParse({
    endpoint: query.get('e'),
    pairing: query.get('p'),
    sealingKey: query.get('k'),
    deviceKey: query.get('d'),
    secret: query.get('s'),
  });
  if (code.success) return { ok: true, code: code.data };
  return { ok: false, reason: `incomplete or damaged pairing code: ${code.error.issues[0]?.path.join('.')}` };
};
