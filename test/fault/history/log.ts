import type { Readable } from 'node:stream';
import { Fact } from './judge/fact.ts';

/** The history as it is being made: one list, to which facts are only added. */
export type Log = {
  facts: readonly Fact[];
  add: (fact: Fact) => void;
  /** Adds what an application says, a fact a line. */
  follow: (said: Readable) => void;
  /** How many messages a device has written. */
  writtenBy: (device: string) => number;
  accepted: () => number;
  /** Resolves when so many messages are accepted. */
  reaches: (count: number) => Promise<void>;
  /** Something that is no part of the play has failed: `failed` rejects. */
  fail: (error: Error) => void;
  failed: Promise<never>;
};

export const createLog = (): Log => {
  const facts: Fact[] = [];
  const written = new Map<string, number>();
  let accepted = 0;
  const awaited = new Set<{ count: number; resolve: () => void }>();
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined);

  const add = (fact: Fact) => {
    facts.push(fact);
    if (fact.kind === 'sends') written.set(fact.device, (written.get(fact.device) ?? 0) + 1);
    if (fact.kind !== 'accepted') return;
    accepted += 1;
    for (const { count, resolve } of awaited) if (accepted >= count) resolve();
  };
  const follow = (said: Readable) => {
    let rest = '';
    said.setEncoding('utf8').on('data', (chunk: string) => {
      // A line that its writer was killed over stays unsaid.
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) add(Fact.parse(JSON.parse(line)));
    });
  };
  return {
    facts,
    add,
    follow,
    writtenBy: (device) => written.get(device) ?? 0,
    accepted: () => accepted,
    reaches: async (count) => {
      if (accepted >= count) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = { count, resolve };
      awaited.add(one);
      await promise;
      awaited.delete(one);
    },
    fail,
    failed,
  };
};
