import type { AccountId, DeviceList, MethodName } from '#protocol';
import { deviceListHash, events, methods } from '#protocol';
import type { AccountState, DirectoryReader, StoredPairing } from './directory.ts';
import type { Ask, Journal, Outcome } from './journal.ts';
import { conflictOf } from './party.ts';

/** What a history is judged by: what its actors have seen, and what the cloud holds in the end. */
export type Evidence = Pick<Journal, 'asks' | 'heard'> & {
  now: number;
  accounts: ReadonlyMap<AccountId, AccountState>;
  /** Undefined for one that has been forgotten. */
  pairings: ReadonlyMap<string, StoredPairing | undefined>;
};

export const gather = async (
  directory: DirectoryReader,
  { asks, heard }: Journal,
  { accounts, now }: { accounts: readonly AccountId[]; now: number },
): Promise<Evidence> => {
  const states = new Map<AccountId, AccountState>();
  for (const account of accounts) {
    const state = await directory.account(account);
    if (state !== undefined) states.set(account, state);
  }
  const pairings = new Map<string, StoredPairing | undefined>();
  for (const { outcome } of asksFor({ asks }, 'pairing.open')) {
    if (outcome.kind === 'done') pairings.set(outcome.result.pairing, await directory.pairing(outcome.result.pairing));
  }
  return { asks, heard, now, accounts: states, pairings };
};

/** The calls of one method, with the types of its table; those whose parameters do not fit it are left out. */
export const asksFor = <M extends MethodName>({ asks }: Pick<Evidence, 'asks'>, method: M): Ask<M>[] =>
  asks.flatMap(({ outcome, ...ask }) => {
    const params = ask.method === method ? methods[method].params.safeParse(ask.params).data : undefined;
    if (params === undefined) return [];
    const typed: Outcome<M> =
      outcome.kind === 'done' ? { kind: 'done', result: methods[method].result.parse(outcome.result) } : outcome;
    return [{ ...ask, method, params, outcome: typed }];
  });

/** By whom, with which key and when each pairing was opened. */
export const openingsOf = (evidence: Pick<Evidence, 'asks'>) =>
  new Map(
    asksFor(evidence, 'pairing.open').flatMap(({ by, at, params, outcome }) =>
      outcome.kind === 'done' ? [[outcome.result.pairing, { by, at, key: params.deviceKey }] as const] : [],
    ),
  );

/** A list that somebody with the account's key has asked for. */
export type Submission = { method: MethodName; list: DeviceList; outcome: Ask['outcome'] };

/** By the hash of the list. Those that must never be done are none. */
export const submissionsOf = (evidence: Pick<Evidence, 'asks'>): Map<string, Submission[]> => {
  const asks = [
    ...asksFor(evidence, 'account.register'),
    ...asksFor(evidence, 'account.recover'),
    ...asksFor(evidence, 'pairing.approve'),
    ...asksFor(evidence, 'devices.update'),
  ].filter(({ hostile }) => !hostile);
  return Map.groupBy(
    asks.map(({ method, params, outcome }) => ({ method, list: params.deviceList, outcome })),
    ({ list }) => deviceListHash(list),
  );
};

/** The lists that the cloud has told somebody were current, or taken. */
export const toldLists = (evidence: Evidence): DeviceList[] => [
  ...asksFor(evidence, 'devices.list').flatMap(({ outcome }) =>
    outcome.kind === 'done' ? [outcome.result.deviceList] : [],
  ),
  ...asksFor(evidence, 'pairing.collect').flatMap(({ outcome }) =>
    outcome.kind === 'done' && outcome.result.deviceList !== undefined ? [outcome.result.deviceList] : [],
  ),
  ...evidence.asks.flatMap(({ outcome }) => conflictOf(outcome) ?? []),
  ...evidence.heard.flatMap(({ event, params }) =>
    event === 'devices.changed' || event === 'pairing.approved' ? [events[event].parse(params).deviceList] : [],
  ),
  ...[...evidence.pairings.values()].flatMap((pairing) => pairing?.deviceList ?? []),
  ...[...submissionsOf(evidence).values()]
    .flat()
    .flatMap(({ list, outcome }) => (outcome.kind === 'done' ? [list] : [])),
];

/** Whether a call was refused for good, so that it has not been done. */
export const isRefused = ({ kind, ...outcome }: Ask['outcome']): boolean =>
  kind === 'refused' && 'error' in outcome && !outcome.error.data.retryable;
