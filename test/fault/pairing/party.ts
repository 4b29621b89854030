import { randomBytes } from 'node:crypto';
import { DeviceList, recoverStatement } from '#protocol';
import * as z from 'zod/mini';
import { type KeyPair, newAccount, newKeyPair, signBytes } from '../../fixtures/accounts.ts';
import { registration } from '../../fixtures/world.ts';
import type { Actor } from './actor.ts';
import type { Outcome } from './journal.ts';
import { deviceActor, guestActor, type Place } from './scene.ts';

/** A device of an account with its key; mostly a phone. */
export type Handset = { key: KeyPair; device: number; actor: Actor };

/** An account, its phone, and what its owner knows of its device lists. */
export type Party = {
  name: string;
  keys: ReturnType<typeof newAccount>;
  /** The primary, as far as the owner knows. */
  handset: Handset;
  /** Those that were the primary before, and are known to be so no more. */
  former: Handset[];
  /** Those that asked to be the primary and were not told that they are. */
  claimants: Handset[];
  /** The lists that were current, the newest last. */
  lists: DeviceList[];
  guest: Actor;
};

export const phoneAddress = '127.0.0.1';

const handsetOf = (place: Place, party: Pick<Party, 'name' | 'keys'>, { key, device }: Omit<Handset, 'actor'>) => {
  const identity = { account: party.keys.account, device, key };
  return { key, device, actor: deviceActor(place, `${party.name}’s phone ${device}`, identity) };
};

/** Registers an account. */
export const createParty = async (place: Place, name: string): Promise<Party> => {
  const keys = newAccount(place.now());
  const handset = handsetOf(place, { name, keys }, { key: keys.phone, device: 1 });
  const guest = guestActor(place, `${name}’s phone as a guest`, phoneAddress);
  const party = { name, keys, handset, former: [], claimants: [], lists: [keys.first], guest };
  const params = registration(place.endpoint, keys, place.now());
  const { kind } = await guest.insist({ method: 'account.register', params });
  if (kind !== 'done') throw new Error(`${name} cannot register: ${place.journal.lines.join('\n')}`);
  return party;
};

export const listOf = ({ lists, keys }: Party): DeviceList => lists.at(-1) ?? keys.first;

export const learn = (party: Party, list: DeviceList): void => {
  if (list.version > listOf(party).version) party.lists.push(list);
};

const Conflict = z.object({ deviceList: DeviceList });

/** The current list, when an outcome tells it. */
export const conflictOf = (outcome: Outcome): DeviceList | undefined =>
  outcome.kind === 'refused' && outcome.error.data.code === 'list_conflict'
    ? Conflict.parse(outcome.error.data.details).deviceList
    : undefined;

/** A recovery has made a phone the primary; of two, the later one. */
export const crown = (party: Party, handset: Handset): void => {
  const [last, first] = handset.device > party.handset.device ? [handset, party.handset] : [party.handset, handset];
  party.handset = last;
  party.former.push(first);
};

/** The owner makes of an outcome what there is to learn; what it leaves open, the phone asks for. */
export const learnFrom = async (party: Party, list: DeviceList, outcome: Outcome): Promise<void> => {
  const current = conflictOf(outcome);
  if (current !== undefined) learn(party, current);
  if (outcome.kind === 'done') learn(party, list);
  if (outcome.kind !== 'lost') return;
  const asked = await party.handset.actor.ask({ method: 'devices.list', params: { account: party.keys.account } });
  if (asked.kind === 'done') learn(party, asked.result.deviceList);
};

/** What the phone seals for a companion, told apart from all else that was ever sealed. */
export const newSealed = (): string => randomBytes(24).toString('base64url');

/** What a new phone says; `identity` signs it. */
export const recovery = ({ host, now }: Place, identity: KeyPair, deviceList: DeviceList) => {
  const at = now();
  return { deviceList, at, signature: signBytes(identity, recoverStatement(host, at, deviceList)) };
};

/** A new phone that is to become the primary, and the list that makes it so. */
export const successorOf = (place: Place, party: Party, key = newKeyPair()) => {
  const list = party.keys.recovering(listOf(party), key.publicKey);
  return { list, handset: handsetOf(place, party, { key, device: list.primary }) };
};
