import type { AccountId, DeviceList } from '#protocol';
import { accountIdOf, deviceListHash, limits, succeeds } from '#protocol';
import type { StoredPairing } from './directory.ts';
import { asksFor, type Evidence, openingsOf } from './evidence.ts';
import { nameOf } from './journal.ts';
import type { Chain } from './list-invariants.ts';

type Approved = { pairing: string; stored: StoredPairing; list: DeviceList };

const approvedOf = ({ pairings }: Evidence): Approved[] =>
  [...pairings].flatMap(([pairing, stored]) =>
    stored?.state === 'approved' && stored.deviceList !== undefined
      ? [{ pairing, stored, list: stored.deviceList }]
      : [],
  );

/** The lists of all accounts that added a device, with it. */
export const additionsOf = (chains: ReadonlyMap<AccountId, Chain>) =>
  [...chains.values()].flatMap(({ lists }) =>
    lists.flatMap((list, i) => {
      const previous = lists[i - 1];
      const step = previous && succeeds(previous, list);
      return step?.kind === 'added' ? [{ list, device: step.device }] : [];
    }),
  );

/** How long the cloud remembers a pairing at least. */
const memory = limits.pairingScan + limits.pairingDecision + limits.pairingCollect;

/** An approved pairing and the list that added its device are there together, one for one, or neither is. */
export const checkLinking = (evidence: Evidence, chains: ReadonlyMap<AccountId, Chain>): string[] => {
  const additions = additionsOf(chains);
  const approved = approvedOf(evidence);
  const approvals = asksFor(evidence, 'pairing.approve').filter(({ hostile }) => !hostile);
  const openings = openingsOf(evidence);

  const half = approved.flatMap(({ pairing, stored, list }) => {
    const hash = deviceListHash(list);
    const added = additions.find((addition) => deviceListHash(addition.list) === hash);
    if (added === undefined) return [`pairing ${pairing} is approved, and ${nameOf(list)} was never current`];
    const { device } = added;
    const sent = approvals.some(
      ({ params }) =>
        params.pairing === pairing && params.sealed === stored.sealed && deviceListHash(params.deviceList) === hash,
    );
    return [
      ...(device.key === stored.deviceKey ? [] : [`pairing ${pairing} links another key than it was opened with`]),
      ...(device.id === stored.device
        ? []
        : [`pairing ${pairing} links device ${device.id}, and says ${stored.device}`]),
      ...(accountIdOf(list.identityKey) === stored.account ? [] : [`pairing ${pairing} links to another account`]),
      ...(sent ? [] : [`pairing ${pairing} holds what no phone has sent`]),
    ];
  });
  const unfounded = additions.flatMap(({ list, device }) => {
    const hash = deviceListHash(list);
    const founded = approved.filter((one) => deviceListHash(one.list) === hash);
    if (founded.length === 1) return [];
    const mayBeForgotten = approvals.some(
      ({ params: { pairing, deviceList } }) =>
        deviceListHash(deviceList) === hash &&
        openings.get(pairing)?.key === device.key &&
        evidence.pairings.get(pairing) === undefined &&
        evidence.now > (openings.get(pairing)?.at ?? 0) + memory,
    );
    return founded.length === 0 && mayBeForgotten
      ? []
      : [`${nameOf(list)} links a device by ${founded.length} pairings`];
  });
  return [...half, ...unfounded];
};
