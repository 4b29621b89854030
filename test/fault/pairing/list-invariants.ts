import type { AccountId, DeviceList, MethodName, Succession } from '#protocol';
import { accountIdOf, deviceListHash, isSignedBy, parseAddress, succeeds } from '#protocol';
import type { AccountState } from './directory.ts';
import { asksFor, type Evidence, isRefused, type Submission, submissionsOf, toldLists } from './evidence.ts';
import { type Ask, nameOf } from './journal.ts';

/** By which call a list may change in which way. */
const waysOf: Record<Succession['kind'], MethodName | undefined> = {
  added: 'pairing.approve',
  removed: 'devices.update',
  renewed: 'devices.update',
  recovered: 'account.recover',
  refused: undefined,
};

/** The lists of an account one after the other, from the first to the current, and what is wrong with them. */
export type Chain = { lists: DeviceList[]; wrong: string[] };

/** From version 1 to `last`: each must have been asked for, in the way that it changes the one before, and be signed. */
const chainOf = async (
  account: AccountId,
  last: DeviceList,
  submissions: ReadonlyMap<string, readonly Submission[]>,
): Promise<Chain> => {
  const lists: DeviceList[] = [];
  const wrong: string[] = [];
  let list: DeviceList | undefined = last;
  while (list !== undefined) {
    lists.unshift(list);
    const asked: readonly Submission[] = submissions.get(deviceListHash(list)) ?? [];
    if (!(await isSignedBy(account, list))) wrong.push(`${nameOf(list)} is not signed by ${account}`);
    if (asked.length === 0) wrong.push(`nobody has asked for ${nameOf(list)}`);
    else if (asked.every(({ outcome }) => isRefused(outcome)))
      wrong.push(`${nameOf(list)} was refused to whoever asked`);
    if (list.previous === null) break;
    const previous: DeviceList | undefined = submissions.get(list.previous)?.[0]?.list;
    if (previous === undefined) wrong.push(`${nameOf(list)} follows a list that nobody has asked for`);
    else wrong.push(...wrongStep(previous, list, asked));
    list = previous;
  }
  if (lists[0]?.version !== 1) wrong.push(`the lists of ${account} begin with version ${lists[0]?.version}`);
  return { lists, wrong };
};

const wrongStep = (previous: DeviceList, next: DeviceList, asked: readonly Submission[]): string[] => {
  const succession = succeeds(previous, next);
  if (succession.kind === 'refused')
    return [`${nameOf(next)} may not follow ${nameOf(previous)}: ${succession.reason}`];
  const way = waysOf[succession.kind];
  if (asked.length === 0 || asked.some(({ method }) => method === way)) return [];
  return [`${nameOf(next)} has ${succession.kind} by ${asked[0]?.method}`];
};

/** The chain of each account's lists: of a deleted one, as far as anybody was told. */
export const chainsOf = async (evidence: Evidence): Promise<Map<AccountId, Chain>> => {
  const submissions = submissionsOf(evidence);
  const told = Map.groupBy(toldLists(evidence), (list) => accountIdOf(list.identityKey));
  const chains = new Map<AccountId, Chain>();
  for (const [account, { list }] of evidence.accounts) {
    const known = told.get(account) ?? [];
    const last = list ?? known.toSorted((one, other) => other.version - one.version)[0];
    if (last === undefined) continue;
    const chain = await chainOf(account, last, submissions);
    const hashes = new Set(chain.lists.map(deviceListHash));
    const strays = known.filter((list) => !hashes.has(deviceListHash(list)));
    chain.wrong.push(
      ...strays.map((list) => `${nameOf(list)} was said to be current, and leads not to ${nameOf(last)}`),
    );
    chains.set(account, chain);
  }
  return chains;
};

/** A function may run twice for one call: the answer is the second's, which may find the device gone already. */
const mayHaveLeft = (outcome: Ask['outcome']): boolean =>
  !isRefused(outcome) || (outcome.kind === 'refused' && outcome.error.data.code === 'unlinked');

/** The devices that may have left, and those of them that were told they have. */
const leaversOf = (evidence: Evidence, account: AccountId) => {
  const leavers = asksFor(evidence, 'devices.leave')
    .filter(({ outcome }) => mayHaveLeft(outcome))
    .flatMap(({ as, outcome }) => (as === undefined ? [] : [{ ...parseAddress(as), left: outcome.kind === 'done' }]))
    .filter((leaver) => leaver.account === account);
  return { may: new Set(leavers.map(({ device }) => device)), have: leavers.filter(({ left }) => left) };
};

/** Every device item is in the current list with its key, and the other way around unless the device left. */
export const checkDevices = (
  evidence: Evidence,
  account: AccountId,
  { list, isDeleted, devices }: AccountState,
): string[] => {
  if (isDeleted !== (list === undefined)) return [`${account} is half deleted`];
  if (list === undefined) return devices.map(({ device }) => `device ${device} outlives its account`);
  const { may, have } = leaversOf(evidence, account);
  const unlisted = devices.filter(
    (item) => !list.devices.some(({ id, key }) => id === item.device && key === item.key),
  );
  const missing = list.devices.filter(({ id }) => !may.has(id) && !devices.some(({ device }) => device === id));
  const staying = devices.filter((item) => have.some(({ device }) => device === item.device));
  return [
    ...unlisted.map(({ device }) => `device ${device} is linked, and not in ${nameOf(list)}`),
    ...missing.map(({ id }) => `device ${id} is in ${nameOf(list)}, and not linked`),
    ...staying.map(({ device }) => `device ${device} has left, and is linked`),
  ];
};
