import { randomBytes } from 'node:crypto';
import { newKeyPair, signBytes } from '../../fixtures/accounts.ts';
import { claimsFor, tokenOf } from '../../fixtures/wire.ts';
import { deviceListStatement, limits } from '#protocol';
import { type Code, signed } from './computer.ts';
import { open, someCode } from './computer-actions.ts';
import type { Draw } from '../draw.ts';
import { listOf } from './party.ts';
import { someParty } from './phone-actions.ts';
import { bearer, type Place, type Scene } from './scene.ts';

/** Longer ago than a statement's time may be. */
const tooFar = limits.statementSkew + 1000;
/** Further ahead than it may be, also when time is moved on meanwhile. */
const farAhead = 6 * limits.statementSkew;

/** Statements that are not the companion's word about its code, or not any more: to ask, and to withdraw. */
const falseStatements = (place: Place, code: Code) => {
  const [mine, other] = [
    { ...code, key: newKeyPair() },
    { ...code, pairing: randomBytes(16).toString('base64url') },
  ];
  const of = (said: Parameters<typeof signed>[1], label: 'collect' | 'cancel') => signed(place, { ...said, label });
  return [
    { collect: of(mine, 'collect'), cancel: of(mine, 'cancel') },
    // What the companion has said once is said again.
    { collect: of({ ...code, age: tooFar }, 'collect'), cancel: of({ ...code, age: tooFar }, 'cancel') },
    { collect: of({ ...code, age: -farAhead }, 'collect'), cancel: of({ ...code, age: -farAhead }, 'cancel') },
    { collect: of(code, 'cancel'), cancel: of(code, 'collect') },
    {
      collect: { ...of(other, 'collect'), pairing: code.pairing },
      cancel: { ...of(other, 'cancel'), pairing: code.pairing },
    },
  ];
};

/** Somebody who has seen a code wants to know what became of it, or to withdraw it. */
export const impersonate = async (scene: Scene, draw: Draw): Promise<void> => {
  const code = someCode(scene, draw);
  if (code === undefined) return;
  const params = draw.oneOf(falseStatements(scene, code));
  if (params === undefined) return;
  const { guest } = scene.stranger;
  if (draw.chance(0.5)) await guest.ask({ method: 'pairing.collect', params: params.collect, hostile: true });
  else await guest.ask({ method: 'pairing.cancel', params: params.cancel, hostile: true });
};

/** Opens a code in the place of somebody else's, which stays where it is. */
export const displace = async (scene: Scene, draw: Draw): Promise<void> => {
  if (draw.chance(0.6)) await open(scene, draw);
  const replaces = someCode(scene, draw)?.pairing;
  const { key, guest } = scene.stranger;
  if (replaces !== undefined) {
    await guest.ask({ method: 'pairing.open', params: { deviceKey: key.publicKey, replaces } });
  }
};

/** Codes that nobody has shown, and calls that no guest may make. */
export const guess = async (scene: Scene, draw: Draw): Promise<void> => {
  const unknown = randomBytes(16).toString('base64url');
  const { actor } = someParty(scene, draw).handset;
  const pairing = someCode(scene, draw)?.pairing ?? unknown;
  if (draw.chance(0.5)) await actor.ask({ method: 'pairing.scan', params: { pairing: unknown }, hostile: true });
  else await scene.stranger.guest.ask({ method: 'pairing.scan', params: { pairing }, hostile: true });
};

/** Lists that the account's key has not signed, or that add a device without a pairing. */
export const forge = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const { keys, handset } = party;
  const list = listOf(party);
  const next = keys.next(list, { issuedAt: scene.now() + 1 + draw.below(1000) });
  const lists = [
    { ...next, signature: signBytes(scene.stranger.key, deviceListStatement(next)) },
    { ...next, issuedAt: next.issuedAt + 1 },
    keys.adding(list, newKeyPair().publicKey),
    keys.recovering(list, newKeyPair().publicKey),
  ];
  const deviceList = draw.oneOf(lists);
  if (deviceList === undefined) return;
  await handset.actor.ask({ method: 'devices.update', params: { deviceList }, hostile: true });
};

/** A token for somebody else's device. */
export const pose = async (scene: Scene, draw: Draw): Promise<void> => {
  const { keys, handset } = someParty(scene, draw);
  const { key } = scene.stranger;
  const token = tokenOf(
    claimsFor({ account: keys.account, device: handset.device, key }, scene.endpoint, scene.now()),
    key,
  );
  const actor = bearer(scene, 'a stranger with a token of its own', token);
  if ((await actor.reach()) !== undefined) scene.journal.violated(`a stranger connects as ${handset.actor.name}`);
  actor.die();
};
