import type { DeviceList } from '#protocol';
import { accountIdOf, cancelStatement, collectStatement, events } from '#protocol';
import { type KeyPair, newKeyPair, signBytes } from '../../fixtures/accounts.ts';
import type { Identity } from '../../fixtures/wire.ts';
import type { Actor } from './actor.ts';
import { deviceActor, guestActor, type Place } from './scene.ts';

/** A code that a computer has shown. */
export type Code = { pairing: string; key: KeyPair; computer: Computer };

/** A companion: a guest until it is linked, and may be again. */
export type Computer = {
  name: string;
  address: string;
  key: KeyPair;
  codes: Code[];
  guest: Actor;
  /** What it has been linked as, the newest last. */
  linked: { identity: Identity; actor: Actor }[];
};

export const createComputer = (place: Place, number: number): Computer => {
  const [name, address] = [`computer ${number}`, `127.0.0.${number + 1}`];
  return { name, address, key: newKeyPair(), codes: [], guest: guestActor(place, name, address), linked: [] };
};

/** The code shown now. */
export const codeOf = ({ codes }: Computer): Code | undefined => codes.at(-1);

const statements = { collect: collectStatement, cancel: cancelStatement };

/** What a companion signs about a pairing; `age` in milliseconds makes it old. */
export const signed = (
  { host, now }: Place,
  {
    pairing,
    key,
    age = 0,
    label = 'collect',
  }: Pick<Code, 'pairing' | 'key'> & { age?: number; label?: 'collect' | 'cancel' },
) => {
  const at = now() - age;
  return { pairing, at, signature: signBytes(key, statements[label](host, at, pairing)) };
};

/** Shows a code, in the place of another if that is named. */
export const showCode = async (computer: Computer, { replaces, label }: { replaces?: string; label?: string } = {}) => {
  const { key, guest } = computer;
  const params = { deviceKey: key.publicKey, ...(replaces && { replaces }), ...(label && { label }) };
  const opened = await guest.insist({ method: 'pairing.open', params });
  if (opened.kind !== 'done') return undefined;
  const code = { pairing: opened.result.pairing, key, computer };
  computer.codes.push(code);
  return code;
};

/** Asks what became of a code, and is linked if it was approved. */
export const collect = async (place: Place, code: Code): Promise<void> => {
  const collected = await code.computer.guest.insist({ method: 'pairing.collect', params: signed(place, code) });
  if (collected.kind === 'done' && collected.result.deviceList !== undefined) {
    beLinked(place, code, collected.result.deviceList);
  }
};

/** Is linked by what it was told without asking. */
export const heed = (place: Place, computer: Computer): void => {
  for (const { by, event, params } of place.journal.heard) {
    if (by !== computer.name || event !== 'pairing.approved') continue;
    const { pairing, deviceList } = events[event].parse(params);
    const code = computer.codes.find((code) => code.pairing === pairing);
    if (code !== undefined) beLinked(place, code, deviceList);
  }
};

const beLinked = (place: Place, { computer, key }: Code, list: DeviceList): void => {
  const device = list.devices.find((device) => device.key === key.publicKey)?.id;
  if (device === undefined) return place.journal.violated(`${computer.name} is linked by a list without its key`);
  const account = accountIdOf(list.identityKey);
  if (computer.linked.some(({ identity }) => identity.account === account && identity.device === device)) return;
  const identity = { account, device, key };
  computer.linked.push({ identity, actor: deviceActor(place, `${computer.name} as device ${device}`, identity) });
};
