import { randomBytes } from 'node:crypto';
import type { Pair, Peer } from './peer.ts';

export type Work = {
  /** How many messages each sender may have outstanding. */
  window: number;
  /** For how many milliseconds new ones are sent. */
  duration: number;
};

/** What came of it; times in milliseconds. */
export type Exchange = { messages: number; duration: number; latencies: number[] };

const bodyBytes = 500;
/** How long nothing may come before it is given up. */
const patience = 60_000;

/**
 * Has each sender write to its receiver. A message is outstanding until the server has accepted it and the receiver has
 * got and acknowledged it. Throws when one is lost, doubled or changed.
 */
export const exchange = async (
  peer: Pick<Peer, 'newId' | 'encode'>,
  pairs: readonly Pair[],
  work: Work,
): Promise<Exchange> => {
  const bodies = Array.from({ length: 64 }, () => peer.encode(randomBytes(bodyBytes)));
  const latencies: number[] = [];
  const failure = Promise.withResolvers<never>();
  const began = performance.now();
  let last = began;

  const runPair = async (pair: Pair): Promise<void> => {
    const arrivals = new Map<string, { body: string; arrive: () => void }>();
    pair.onMessage(({ id, body, ack }) => {
      const expected = arrivals.get(id);
      if (expected?.body !== body) return failure.reject(new Error(`${id} came twice, or is not what was sent.`));
      arrivals.delete(id);
      ack();
      last = performance.now();
      expected.arrive();
    });
    const runOne = async (body: string): Promise<void> => {
      const id = peer.newId();
      const arrival = Promise.withResolvers<void>();
      arrivals.set(id, { body, arrive: arrival.resolve });
      const sent = performance.now();
      await Promise.all([pair.send(id, body), arrival.promise.then(() => latencies.push(performance.now() - sent))]);
    };
    const lane = async (index: number): Promise<void> => {
      for (let i = index; performance.now() - began < work.duration; i += 1) await runOne(bodies[i % 64] ?? '');
    };
    await Promise.all(Array.from({ length: work.window }, (_, index) => lane(index)));
  };

  const watching = setInterval(() => {
    if (performance.now() - last > patience) failure.reject(new Error(`Nothing has come for ${patience / 1000} s.`));
  }, 1000);
  await Promise.race([Promise.all(pairs.map(runPair)), failure.promise]).finally(() => clearInterval(watching));
  return { messages: latencies.length, duration: last - began, latencies };
};
