import { deletion } from '../../fixtures/world.ts';
import { someCode } from './computer-actions.ts';
import type { Draw } from '../draw.ts';
import {
  conflictOf,
  crown,
  learn,
  listOf,
  newSealed,
  type Party,
  phoneAddress,
  recovery,
  successorOf,
} from './party.ts';
import { someParty } from './phone-actions.ts';
import { guestActor, type Scene } from './scene.ts';

/** The owner has a new phone, and the identity key. */
export const recover = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const guest = guestActor(scene, `${party.name}’s new phone as a guest`, phoneAddress);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { list, handset } = successorOf(scene, party);
    const params = recovery(scene, party.keys.identity, list);
    const outcome = await guest.insist({ method: 'account.recover', params });
    // Without an answer it finds out by connecting.
    const isPrimary =
      outcome.kind === 'done' || (outcome.kind === 'lost' && (await handset.actor.reach()) !== undefined);
    if (isPrimary) {
      learn(party, list);
      crown(party, handset);
      await tryFormer(scene, draw, party);
      break;
    }
    party.claimants.push(handset);
    const current = conflictOf(outcome);
    if (current === undefined) break;
    learn(party, current);
  }
  guest.die();
};

/** A phone that has been replaced goes on as if it had not. */
export const formerPhone = async (scene: Scene, draw: Draw): Promise<void> =>
  tryFormer(scene, draw, someParty(scene, draw));

const tryFormer = async (scene: Scene, draw: Draw, party: Party): Promise<void> => {
  const actor = draw.oneOf(party.former)?.actor;
  const code = someCode(scene, draw);
  if (actor === undefined || code === undefined) return;
  const { pairing, key } = code;
  const list = listOf(party);
  const params = { deviceList: party.keys.next(list, { issuedAt: scene.now() }) };
  const approval = { pairing, deviceList: party.keys.adding(list, key.publicKey), sealed: newSealed() };
  const calls = [
    () => actor.ask({ method: 'pairing.scan', params: { pairing }, hostile: true }),
    () => actor.ask({ method: 'pairing.deny', params: { pairing }, hostile: true }),
    () => actor.ask({ method: 'pairing.approve', params: approval, hostile: true }),
    () => actor.ask({ method: 'devices.update', params, hostile: true }),
    () =>
      actor.ask({
        method: 'account.delete',
        params: deletion(scene.endpoint, party.keys, scene.now()),
        hostile: true,
      }),
  ];
  await draw.oneOf<() => Promise<unknown>>(calls)?.();
};

/** Somebody without the identity key would like to be the primary. */
export const usurp = async (scene: Scene, draw: Draw): Promise<void> => {
  const { key, guest } = scene.stranger;
  const party = someParty(scene, draw);
  const { list } = successorOf(scene, party, key);
  const forged = { ...list, signature: recovery(scene, key, list).signature };
  const params = draw.chance(0.5)
    ? recovery(scene, key, list)
    : { ...recovery(scene, party.keys.identity, forged), deviceList: forged };
  await guest.ask({ method: 'account.recover', params, hostile: true });
};
