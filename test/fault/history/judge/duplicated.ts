import type { Fact, FactOf, History } from './fact.ts';
import type { Violation } from './violation.ts';

type Delivered = FactOf<'delivered'>;
/** A message that was taken over in some run of its application, and the fact that shows that it was done with it. */
type Taken = { delivered: Delivered; run: number; done: Fact | undefined };

export type Repeats = {
  duplicated: Violation[];
  /** Messages that were taken over once more because the application was killed at work on them. */
  interrupted: number;
};

/**
 * Nothing is delivered twice. An application that is killed may have been at work on one message, the last that it was
 * given: only that one may come again, and before any other of its sender. That the application was done with a message
 * shows in the next that it was given, or in a regular end.
 */
export const findDuplicated = (history: History): Repeats => {
  const repeats: Repeats = { duplicated: [], interrupted: 0 };
  for (const facts of Map.groupBy(history, ({ device }) => device).values()) followDevice(facts, repeats);
  return repeats;
};

const followDevice = (facts: readonly Fact[], repeats: Repeats): void => {
  const taken = new Map<string, Taken>();
  let open: Taken[] = [];
  let run = 0;
  const settle = (fact: Fact, isSettled: (one: Taken) => boolean) => {
    for (const one of open) if (isSettled(one)) one.done = fact;
    open = open.filter(({ done }) => done === undefined);
  };
  for (const fact of facts) {
    if (fact.kind === 'starts') run += 1;
    if (fact.kind === 'closes') settle(fact, (one) => one.run === run);
    if (fact.kind !== 'delivered') continue;
    const { id, from } = fact;
    settle(fact, (one) => one.run === run || (one.delivered.from === from && one.delivered.id !== id));
    const before = taken.get(id);
    if (before?.done !== undefined) repeats.duplicated.push(twice(before.delivered, before.done, fact));
    else if (before !== undefined) repeats.interrupted += 1;
    const now: Taken = { delivered: fact, run, done: undefined };
    open = [...open.filter((one) => one !== before), now];
    taken.set(id, now);
  }
};

const twice = (first: Delivered, done: Fact, again: Delivered): Violation => ({
  kind: 'duplicated',
  what: `${first.device} got ${first.id} again after it was done with it`,
  facts: done === again ? [first, again] : [first, done, again],
});
