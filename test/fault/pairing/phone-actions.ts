import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceList } from '#protocol';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { deletion } from '../../fixtures/world.ts';
import { type Code, collect, type Computer, showCode, signed } from './computer.ts';
import { someCode } from './computer-actions.ts';
import type { Draw } from '../draw.ts';
import type { Outcome } from './journal.ts';
import { conflictOf, learn, learnFrom, listOf, newSealed, type Party } from './party.ts';
import type { Scene } from './scene.ts';

/** Whose phone acts: mostly that of the account that the history is about. */
export const someParty = ({ parties: [party, rival] }: Scene, draw: Draw): Party => (draw.chance(0.8) ? party : rival);

const scanCode = async ({ handset: { actor } }: Party, { pairing }: Code): Promise<Outcome> =>
  actor.insist({ method: 'pairing.scan', params: { pairing } });

/** A code that was shown before, or one that is shown for this. */
export const scan = async (scene: Scene, draw: Draw): Promise<void> => {
  const computer = draw.oneOf(scene.computers);
  const code = draw.chance(0.5) && computer !== undefined ? await showNew(computer) : someCode(scene, draw);
  if (code !== undefined) await scanCode(someParty(scene, draw), code);
};

const showNew = async (computer: Computer): Promise<Code | undefined> => {
  computer.key = newKeyPair();
  return showCode(computer, { label: computer.name });
};

type Approval = { code: Code; deviceList: DeviceList; hostile?: boolean };

const approveOnce = async ({ handset: { actor } }: Party, { code, deviceList, hostile = false }: Approval) =>
  actor.insist({
    method: 'pairing.approve',
    params: { pairing: code.pairing, deviceList, sealed: newSealed() },
    hostile,
  });

/** Approves with the list that the phone takes to be next, and once more when it learns of another. */
const approveNext = async (party: Party, code: Code): Promise<Outcome> => {
  const attempt = async () => {
    const deviceList = party.keys.adding(listOf(party), code.key.publicKey);
    const outcome = await approveOnce(party, { code, deviceList });
    await learnFrom(party, deviceList, outcome);
    return outcome;
  };
  const outcome = await attempt();
  return conflictOf(outcome) === undefined ? outcome : attempt();
};

export const approve = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const code = someCode(scene, draw);
  if (code === undefined) return;
  if (draw.chance(0.4)) await scanCode(party, code);
  await approveNext(party, code);
};

/** A phone has read a code; now two or three things happen to it in the same moment. */
export const collide = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const computer = draw.oneOf(scene.computers);
  const code = computer && (await showNew(computer));
  if (code === undefined) return;
  await scanCode(party, code);
  const { actor } = party.handset;
  const { guest } = code.computer;
  const withdrawal = signed(scene, { ...code, label: 'cancel' });
  const things: (() => Promise<unknown>)[] = [
    () => actor.insist({ method: 'pairing.deny', params: { pairing: code.pairing } }),
    () => guest.insist({ method: 'pairing.cancel', params: withdrawal }),
    () => update(scene, draw),
    () => showCode(code.computer, { replaces: code.pairing }),
    async () => {
      guest.die();
      await collect(scene, code);
    },
    async () => actor.die(),
  ];
  const first = draw.oneOf(things);
  const second = draw.chance(0.4) ? draw.oneOf(things.filter((thing) => thing !== first)) : undefined;
  await Promise.all([
    approveNext(party, code),
    ...[first, second].map(async (thing) => {
      await delay(draw.below(12));
      await thing?.();
    }),
  ]);
  await collect(scene, code);
};

/** Two phones read the same code, and both want what it stands for. */
export const race = async (scene: Scene, draw: Draw): Promise<void> => {
  const computer = draw.oneOf(scene.computers);
  const code = computer && (await showNew(computer));
  if (code === undefined) return;
  await Promise.all(
    scene.parties.map(async (party) => {
      await delay(draw.below(10));
      await scanCode(party, code);
      await approveNext(party, code);
    }),
  );
  await collect(scene, code);
};

/** Somebody presses twice: with the same list, or with two that both follow the current one. */
export const approveTwice = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const code = someCode(scene, draw);
  if (code === undefined) return;
  const list = listOf(party);
  const first = party.keys.adding(list, code.key.publicKey);
  const second = draw.chance(0.5) ? first : party.keys.next(list, { devices: first.devices, issuedAt: scene.now() });
  await Promise.all(
    [first, second].map(async (deviceList) =>
      learnFrom(party, deviceList, await approveOnce(party, { code, deviceList })),
    ),
  );
};

/** Approves with a list that may not be: another key's, another account's, or one that follows an old one. */
export const approveWrongly = async (scene: Scene, draw: Draw): Promise<void> => {
  const [party, rival] = scene.parties;
  const code = someCode(scene, draw);
  if (code === undefined) return;
  const lists = [
    () => party.keys.adding(listOf(party), newKeyPair().publicKey),
    () => rival.keys.adding(listOf(rival), code.key.publicKey),
    // Ahead of what anybody has signed.
    () => party.keys.adding(party.keys.next(listOf(party), { issuedAt: scene.now() }), code.key.publicKey),
  ];
  const deviceList = draw.oneOf(lists)?.();
  if (deviceList === undefined) return;
  learnIfConflict(party, await approveOnce(party, { code, deviceList, hostile: true }));
};

const learnIfConflict = (party: Party, outcome: Outcome): void => {
  const current = conflictOf(outcome);
  if (current !== undefined) learn(party, current);
};

/** A list that was right once. */
export const approveLate = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const code = someCode(scene, draw);
  const list = draw.oneOf(party.lists);
  if (code === undefined || list === undefined) return;
  const deviceList = party.keys.adding(list, code.key.publicKey);
  await learnFrom(party, deviceList, await approveOnce(party, { code, deviceList }));
};

export const deny = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const code = someCode(scene, draw);
  if (code === undefined) return;
  if (draw.chance(0.5)) await scanCode(party, code);
  await party.handset.actor.insist({ method: 'pairing.deny', params: { pairing: code.pairing } });
};

/** All of it in a row, as people do. */
export const link = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const computer = draw.oneOf(scene.computers);
  const code = computer && (await showNew(computer));
  if (code === undefined) return;
  await scanCode(party, code);
  await approveNext(party, code);
  await collect(scene, code);
  const device = computer?.linked.at(-1);
  await device?.actor.ask({ method: 'devices.list', params: { account: device.identity.account } });
};

/** Unlinks a device, or renews the list. */
export const update = async (scene: Scene, draw: Draw): Promise<void> => {
  const party = someParty(scene, draw);
  const list = listOf(party);
  const gone = draw.oneOf(list.devices.filter(({ id }) => id !== list.primary));
  const change = draw.chance(0.7) ? { devices: list.devices.filter(({ id }) => id !== gone?.id) } : {};
  const deviceList = party.keys.next(list, { issuedAt: scene.now(), ...change });
  const params = { deviceList };
  await learnFrom(party, deviceList, await party.handset.actor.insist({ method: 'devices.update', params }));
};

/** The account is deleted, for good. */
export const deleteAccount = async (scene: Scene): Promise<void> => {
  const { keys, handset } = scene.parties[0];
  const params = deletion(scene.endpoint, keys, scene.now());
  await handset.actor.insist({ method: 'account.delete', params });
};

export const die = async (scene: Scene, draw: Draw): Promise<void> => someParty(scene, draw).handset.actor.die();
