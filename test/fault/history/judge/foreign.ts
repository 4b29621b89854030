import type { FactOf, History } from './fact.ts';
import type { People } from './people.ts';
import type { Violation } from './violation.ts';

/** A device gets what was written to its account or by another device of it, as it was written, under the writer's name. */
export const findForeign = (history: History, people: People): Violation[] =>
  history.flatMap((fact): Violation[] => {
    if (fact.kind !== 'delivered') return [];
    const sends = people.sent(fact.id);
    const wrong = wrongWith(fact, sends, people);
    if (wrong === undefined) return [];
    const facts = [...people.joined(fact.device), ...(sends === undefined ? [] : [sends]), fact];
    return [{ kind: 'foreign', what: `${fact.device} got ${fact.id}, ${wrong}`, facts }];
  });

const wrongWith = (
  fact: FactOf<'delivered'>,
  sends: FactOf<'sends'> | undefined,
  people: People,
): string | undefined => {
  if (sends === undefined) return 'which nobody has written';
  if (fact.from !== sends.device) return `which ${sends.device} has written, as a message of ${fact.from}`;
  if (fact.digest !== sends.digest) return 'whose text is not the one that was written';
  if (!people.dueTo(sends).includes(fact.device)) return `which was for ${sends.to.join(', ')}`;
  return undefined;
};
