import { cancelStatement } from '#protocol';
import type { Connection } from '../connection/connection.ts';
import { ClientError } from '../errors.ts';
import type { Clock } from '../platform.ts';
import { type Prover, prove } from './prove.ts';

/** How long a person who cancels is kept waiting for the cloud. */
const patience = 5_000;

type Options = Prover & { guest: Connection; clock: Clock };

/**
 * Takes a code back, if the cloud can be reached now; else it expires by itself. False when the phone has approved it:
 * the device is in the list then, and would stay there if nobody collected it.
 */
export const withdraw = async (pairing: string, { guest, clock, ...prover }: Options): Promise<boolean> => {
  if (!guest.online) return true;
  const given = Promise.withResolvers<void>();
  const giveUp = clock.after(patience, given.resolve);
  const off = guest.on('online', (online) => !online && given.resolve());
  try {
    const cancelled = prove(pairing, cancelStatement, prover).then((proof) => guest.call('pairing.cancel', proof));
    await Promise.race([cancelled, given.promise]);
    return true;
  } catch (error) {
    return !(error instanceof ClientError && error.code === 'pairing_approved');
  } finally {
    giveUp();
    off();
  }
};
