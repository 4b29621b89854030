import { type DeviceList, deviceListHash, type ErrorCode, limits, type PairingState } from '#protocol';
import { registration } from '../../fixtures/world.ts';
import type { Actor } from './actor.ts';
import { createComputer, collect, heed, showCode, signed } from './computer.ts';
import type { AccountState, StoredPairing } from './directory.ts';
import type { Evidence } from './evidence.ts';
import { nameOf, type Outcome } from './journal.ts';
import { type Handset, newSealed, type Party, phoneAddress, recovery, successorOf } from './party.ts';
import { guestActor, type Scene } from './scene.ts';

/** What ordinary calls find when all is quiet again. Violations are put into the journal. */
export const checkAftermath = async (scene: Scene, evidence: Evidence): Promise<void> => {
  for (const computer of scene.computers) heed(scene, computer);
  const [first] = scene.parties;
  for (const party of scene.parties) {
    const state = evidence.accounts.get(party.keys.account);
    if (state === undefined) scene.journal.violated(`the account of ${party.name} has vanished`);
    else if (state.list === undefined) await checkGone(scene, party);
    else {
      const primary = await checkLiving(scene, party, state);
      if (party === first && primary !== undefined) await checkUsable(scene, party, primary);
    }
  }
  for (const [pairing, stored] of evidence.pairings) {
    if (stored !== undefined) await checkCollectable(scene, pairing, stored);
  }
};

/** What is amiss when a call should have been refused so. */
const unless = (code: ErrorCode, outcome: Outcome): string | undefined => {
  const came = outcome.kind === 'refused' ? outcome.error.data.code : outcome.kind;
  return came === code ? undefined : `${came} instead of ${code}`;
};

/** Every device that somebody of the history has ever been in an account. */
const devicesIn = ({ computers }: Scene, { keys, handset, former, claimants }: Party): Handset[] => {
  const companions = computers
    .flatMap(({ linked }) => linked)
    .filter(({ identity }) => identity.account === keys.account)
    .map(({ identity: { device, key }, actor }) => ({ device, key, actor }));
  return [handset, ...former, ...claimants, ...companions];
};

/** It can do nothing on the connection that it may still have, and gets no other. */
const checkOut = async (scene: Scene, party: Party, actor: Actor): Promise<void> => {
  const { account } = party.keys;
  if (actor.line()?.isOpen() === true) {
    const outcome = await actor.ask({ method: 'devices.list', params: { account } });
    const amiss = outcome.kind === 'lost' ? undefined : unless('unlinked', outcome);
    if (amiss !== undefined) scene.journal.violated(`${actor.name} is out, and asks for the list: ${amiss}`);
  }
  actor.die();
  if ((await actor.reach()) !== undefined) scene.journal.violated(`${actor.name} is out, and connects`);
};

/** A deleted account is gone for everybody, and for good. */
const checkGone = async (scene: Scene, party: Party): Promise<void> => {
  const { keys, name } = party;
  for (const { actor } of devicesIn(scene, party)) await checkOut(scene, party, actor);
  const guest = guestActor(scene, `${name}’s phone as a guest`, phoneAddress);
  const params = registration(scene.endpoint, keys, scene.now());
  const again = unless('account_gone', await guest.ask({ method: 'account.register', params }));
  if (again !== undefined) scene.journal.violated(`${name}, deleted, registers again: ${again}`);
  const { list } = successorOf(scene, party);
  const recovering = recovery(scene, keys.identity, list);
  const back = unless('account_gone', await guest.ask({ method: 'account.recover', params: recovering }));
  if (back !== undefined) scene.journal.violated(`${name}, deleted, recovers: ${back}`);
  guest.die();
};

type Primary = { actor: Actor; list: DeviceList };

/** Who is linked can connect and sees the current list, who is not cannot. Gives the phone. */
const checkLiving = async (
  scene: Scene,
  party: Party,
  { list, devices }: AccountState,
): Promise<Primary | undefined> => {
  const { journal } = scene;
  const { account } = party.keys;
  let primary: Primary | undefined;
  for (const { device, key, actor } of devicesIn(scene, party)) {
    // A phone that came too late may have the number of a device that did not.
    const isIn = devices.some((item) => item.device === device && item.key === key.publicKey);
    if (!isIn) {
      await checkOut(scene, party, actor);
      continue;
    }
    actor.die();
    const seen = await actor.ask({ method: 'devices.list', params: { account } });
    const same = seen.kind === 'done' && list !== undefined && isSame(seen.result.deviceList, list);
    if (!same) journal.violated(`${actor.name} is linked, and asking for its list gives ${JSON.stringify(seen)}`);
    if (list !== undefined && device === list.primary) primary = { actor, list };
  }
  if (primary === undefined) journal.violated(`${party.name} has no phone`);
  return primary;
};

const isSame = (one: DeviceList, other: DeviceList): boolean => deviceListHash(one) === deviceListHash(other);

/** Nothing hangs: another computer is linked at the first attempt, where there is room for one. */
const checkUsable = async (scene: Scene, { keys, name }: Party, { actor, list }: Primary): Promise<void> => {
  if (list.devices.length === limits.devices) return;
  const computer = createComputer(scene, scene.computers.length + 1);
  const code = await showCode(computer);
  if (code === undefined) return scene.journal.violated('a new computer cannot show a code');
  const { pairing, key } = code;
  await actor.ask({ method: 'pairing.scan', params: { pairing } });
  const deviceList = keys.adding(list, key.publicKey);
  await actor.ask({ method: 'pairing.approve', params: { pairing, deviceList, sealed: newSealed() } });
  await collect(scene, code);
  const device = computer.linked.at(-1);
  const seen = await device?.actor.ask({ method: 'devices.list', params: { account: keys.account } });
  if (seen?.kind !== 'done') scene.journal.violated(`${name} cannot link a new computer to ${nameOf(list)}`);
  device?.actor.die();
  computer.guest.die();
};

/** What the companion is told of its code is what is stored; what was approved it gets, while there is time. */
const checkCollectable = async (scene: Scene, pairing: string, stored: StoredPairing): Promise<void> => {
  const code = scene.computers.flatMap(({ codes }) => codes).find((code) => code.pairing === pairing);
  if (code === undefined) return;
  const before = stateAt(stored, scene.now());
  const { guest } = code.computer;
  const forgotten = stored.expiresAt + limits.pairingDecision + limits.pairingCollect;
  const outcome = await guest.ask({ method: 'pairing.collect', params: signed(scene, code) });
  const after = stateAt(stored, scene.now());
  const { state, sealed, deviceList } = outcome.kind === 'done' ? outcome.result : {};
  const isForgotten = outcome.kind === 'refused' && outcome.error.data.code === 'pairing_unknown';
  if (isForgotten && scene.now() >= forgotten) return;
  const isSo = state === before || state === after;
  const isWhole = state !== 'approved' || (sealed === stored.sealed && deviceList !== undefined);
  if (!isSo || !isWhole) {
    scene.journal.violated(`pairing ${pairing} is ${before}, and ${guest.name} finds ${JSON.stringify(outcome)}`);
  }
};

/** What its companion should find. */
const stateAt = ({ state, expiresAt, decideBy = 0, collectBy = 0 }: StoredPairing, now: number): PairingState => {
  const until = { opened: expiresAt, scanned: decideBy, approved: collectBy, denied: Infinity, cancelled: Infinity };
  return until[state] > now ? state : 'expired';
};
