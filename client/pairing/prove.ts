import type { collectStatement } from '#protocol';
import type { ServerClock } from '../connection/server-clock.ts';
import { type SigningKey, signWith } from '../keys.ts';

export type Prover = { endpoint: string; deviceKey: SigningKey; serverClock: ServerClock };

/** What shows that it is the companion of a pairing who asks. */
export const prove = async (
  pairing: string,
  statement: typeof collectStatement,
  { endpoint, deviceKey, serverClock }: Prover,
) => {
  const at = serverClock.now();
  return { pairing, at, signature: await signWith(deviceKey, statement(new URL(endpoint).host, at, pairing)) };
};
