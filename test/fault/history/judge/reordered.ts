import type { FactOf, History } from './fact.ts';
import type { People } from './people.ts';
import type { Violation } from './violation.ts';

/** What one device sends reaches each other device in the order in which it was sent; gaps are no matter of order. */
export const findReordered = (history: History, people: People): Violation[] => {
  const violations: Violation[] = [];
  /** The latest of each sender that a device has got. */
  const latest = new Map<string, FactOf<'delivered'>>();
  const got = new Set<string>();
  for (const fact of history) {
    if (fact.kind !== 'delivered') continue;
    const sends = people.sent(fact.id);
    // A repeat is judged as such.
    if (sends === undefined || got.has(`${fact.device} ${fact.id}`)) continue;
    got.add(`${fact.device} ${fact.id}`);
    const way = `${sends.device} ${fact.device}`;
    const before = latest.get(way);
    if (before === undefined || placeOf(people, before) < placeOf(people, fact)) {
      latest.set(way, fact);
      continue;
    }
    const what = `${fact.device} got ${fact.id} after ${before.id}, which ${sends.device} sent later`;
    const later = [people.sent(before.id) ?? []].flat();
    violations.push({ kind: 'reordered', what, facts: [sends, ...later, before, fact] });
  }
  return violations;
};

const placeOf = (people: People, { id }: FactOf<'delivered'>): number => people.placeOf(id) ?? -1;
