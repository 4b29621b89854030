import { deviceListHash, events, parseAddress } from '#protocol';
import type { StoredPairing } from './directory.ts';
import { asksFor, type Evidence, openingsOf } from './evidence.ts';
import { nameOf } from './journal.ts';

/** Nobody but the companion ever got what was sealed for it, and what it got is what a phone has sent. */
export const checkSealed = (evidence: Evidence): string[] => {
  const openings = openingsOf(evidence);
  const collected = asksFor(evidence, 'pairing.collect').flatMap(({ by, params: { pairing }, outcome }) =>
    outcome.kind === 'done' && outcome.result.sealed !== undefined
      ? [{ by, pairing, sealed: outcome.result.sealed }]
      : [],
  );
  const told = evidence.heard.flatMap(({ by, event, params }) =>
    event === 'pairing.approved' ? [{ by, ...events[event].parse(params) }] : [],
  );
  const sent = asksFor(evidence, 'pairing.approve').filter(({ hostile }) => !hostile);
  return [...collected, ...told].flatMap(({ by, pairing, sealed }) => [
    ...(openings.get(pairing)?.by === by ? [] : [`${by} got what was sealed for ${openings.get(pairing)?.by}`]),
    ...(sent.some(({ params }) => params.pairing === pairing && params.sealed === sealed)
      ? []
      : [`${by} got what no phone has sealed for pairing ${pairing}`]),
  ]);
};

/** What was answered about a pairing is what it is: its ends are final, and it has one account at most. */
export const checkAnswers = (evidence: Evidence): string[] => [
  ...checkEnds(evidence),
  ...checkApproved(evidence),
  ...checkScanned(evidence),
  ...checkWithdrawn(evidence),
];

type State = StoredPairing['state'];

/** What it means for a pairing that these were done. */
const ends: readonly { method: 'pairing.approve' | 'pairing.deny' | 'pairing.cancel'; states: readonly State[] }[] = [
  { method: 'pairing.approve', states: ['approved'] },
  { method: 'pairing.deny', states: ['denied'] },
  // Nobody needs to withdraw what was denied.
  { method: 'pairing.cancel', states: ['cancelled', 'denied'] },
];

const checkEnds = (evidence: Evidence): string[] => {
  const ended = ends.flatMap(({ method, states }) =>
    asksFor(evidence, method)
      .filter(({ outcome }) => outcome.kind === 'done')
      .map(({ params: { pairing } }) => ({ pairing, said: method, states })),
  );
  const found = asksFor(evidence, 'pairing.collect').flatMap(({ params: { pairing }, outcome }) => {
    const state = outcome.kind === 'done' ? outcome.result.state : undefined;
    const isEnd = state === 'approved' || state === 'denied' || state === 'cancelled';
    return isEnd ? [{ pairing, said: `found ${state}`, states: [state] }] : [];
  });
  return [...ended, ...found].flatMap(({ pairing, said, states }) => {
    const state = evidence.pairings.get(pairing)?.state;
    const holds = state === undefined || states.some((one) => one === state);
    return holds ? [] : [`${said} for pairing ${pairing}, which is ${state}`];
  });
};

const checkApproved = (evidence: Evidence): string[] =>
  asksFor(evidence, 'pairing.approve').flatMap(({ params: { pairing, deviceList }, outcome }) => {
    const held = outcome.kind === 'done' ? evidence.pairings.get(pairing)?.deviceList : undefined;
    if (held === undefined || deviceListHash(held) === deviceListHash(deviceList)) return [];
    return [`pairing ${pairing} was approved with ${nameOf(deviceList)}, and holds ${nameOf(held)}`];
  });

const checkScanned = (evidence: Evidence): string[] => {
  const openings = openingsOf(evidence);
  return asksFor(evidence, 'pairing.scan').flatMap(({ as, params: { pairing }, outcome }) => {
    const stored = evidence.pairings.get(pairing);
    if (outcome.kind !== 'done' || as === undefined || stored === undefined) return [];
    const isOwner = stored.account === parseAddress(as).account;
    const isKey = outcome.result.deviceKey === openings.get(pairing)?.key;
    return [
      ...(isOwner ? [] : [`pairing ${pairing} was scanned by ${as}, and is another account’s`]),
      ...(isKey ? [] : [`a phone was told of another key than pairing ${pairing} was opened with`]),
    ];
  });
};

/** A pairing is cancelled by nobody but the companion that opened it. */
const checkWithdrawn = (evidence: Evidence): string[] => {
  const openings = openingsOf(evidence);
  const withdrawals = [
    ...asksFor(evidence, 'pairing.cancel').map(({ by, params }) => ({ by, pairing: params.pairing })),
    ...asksFor(evidence, 'pairing.open').map(({ by, params }) => ({ by, pairing: params.replaces })),
  ];
  return [...evidence.pairings].flatMap(([pairing, stored]) => {
    const owner = openings.get(pairing)?.by;
    const withdrawn = withdrawals.some((withdrawal) => withdrawal.pairing === pairing && withdrawal.by === owner);
    return stored?.state === 'cancelled' && !withdrawn
      ? [`pairing ${pairing} of ${owner} was cancelled by another`]
      : [];
  });
};
