import { limits, TandemError } from '#protocol';
import type { Rule } from './context.ts';

/** A companion opens a pairing, whose id goes into the code that it shows; a code not yet scanned may be replaced. */
export const open: Rule<'pairing.open'> = async (context, caller, { deviceKey, replaces, label }) => {
  const { directory, platform, telemetry } = context;
  const pairing = platform.newId();
  const expiresAt = platform.now() + limits.pairingScan;
  const { connection, sourceIp, userAgent } = caller;
  const opened = { state: 'opened' as const, pairing, deviceKey, connection, sourceIp, userAgent, label, expiresAt };

  if (!(await directory.openPairing(opened, replaces)) && replaces !== undefined) {
    const old = await directory.pairing(replaces);
    if (old?.state === 'scanned' && old.connection === connection) throw new TandemError('pairing_pending');
    await directory.openPairing(opened);
  }
  // A code that takes the place of another is no other pairing to whoever looks at it.
  if (replaces === undefined) telemetry.tally('Pairings', 'opened');
  return { pairing, expiresAt };
};
