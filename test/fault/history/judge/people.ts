import type { FactOf, History } from './fact.ts';

/** Who is there, and what they wrote. */
export type People = {
  accountOf: (device: string) => string | undefined;
  joined: (device: string) => readonly FactOf<'joins'>[];
  /** What was written under an id. */
  sent: (id: string) => FactOf<'sends'> | undefined;
  /** Where it stands in the order in which its device sent; nothing for what nobody wrote. */
  placeOf: (id: string) => number | undefined;
  /** The devices that are to have a message: all of its accounts and the other ones of its sender's. */
  dueTo: (message: FactOf<'sends'>) => string[];
};

export const readPeople = (history: History): People => {
  const joins = new Map<string, FactOf<'joins'>>();
  const sent = new Map<string, FactOf<'sends'>>();
  const places = new Map<string, number>();
  for (const fact of history) {
    if (fact.kind === 'joins') joins.set(fact.device, fact);
    if (fact.kind !== 'sends') continue;
    places.set(fact.id, places.size);
    sent.set(fact.id, fact);
  }
  const accountOf = (device: string) => joins.get(device)?.account;
  return {
    accountOf,
    joined: (device) => [joins.get(device) ?? []].flat(),
    sent: (id) => sent.get(id),
    placeOf: (id) => places.get(id),
    dueTo: ({ device: sender, to }) => {
      const accounts = new Set([...to, accountOf(sender)]);
      return [...joins.keys()].filter((device) => device !== sender && accounts.has(accountOf(device)));
    },
  };
};
