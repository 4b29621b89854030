import type { FactOf, History } from './fact.ts';
import type { People } from './people.ts';
import type { Violation } from './violation.ts';

export type Arrivals = {
  /** The messages that their senders were told are accepted. */
  accepted: number;
  /** The messages that every device has got that was to have them, whether or not their senders were told. */
  delivered: number;
  lost: Violation[];
};

/** Accepted is what every device gets that was to have it. */
export const findLost = (history: History, people: People): Arrivals => {
  const accepted = new Map<string, FactOf<'accepted'>>();
  const got = new Set<string>();
  const ids = new Set<string>();
  for (const fact of history) {
    if (fact.kind === 'accepted') accepted.set(fact.id, fact);
    if (fact.kind === 'delivered') got.add(`${fact.device} ${fact.id}`);
    if (fact.kind === 'sends') ids.add(fact.id);
  }
  const arrivals: Arrivals = { accepted: accepted.size, delivered: 0, lost: [] };
  for (const id of ids) {
    const sends = people.sent(id);
    if (sends === undefined) continue;
    const lacking = people.dueTo(sends).filter((device) => !got.has(`${device} ${id}`));
    if (lacking.length === 0) arrivals.delivered += 1;
    const acceptance = accepted.get(id);
    const [one] = lacking;
    if (acceptance === undefined || one === undefined) continue;
    const what = `${id} was accepted, and ${lacking.join(', ')} never got it`;
    arrivals.lost.push({ kind: 'lost', what, facts: [...people.joined(one), sends, acceptance] });
  }
  return arrivals;
};
