import { tokenOf, claimsFor } from '../../fixtures/wire.ts';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { type Code, codeOf, collect, type Computer, heed, showCode, signed } from './computer.ts';
import type { Draw } from '../draw.ts';
import { listOf } from './party.ts';
import { bearer, type Scene } from './scene.ts';

const someComputer = ({ computers }: Scene, draw: Draw): Computer | undefined => draw.oneOf(computers);

/** A code that was shown: mostly the one shown now. */
export const someCode = (scene: Scene, draw: Draw): Code | undefined => {
  const computer = someComputer(scene, draw);
  if (computer === undefined) return undefined;
  return draw.chance(0.85) ? codeOf(computer) : draw.oneOf(computer.codes);
};

/** Shows a code: a new one, or one in the place of the last. */
export const open = async (scene: Scene, draw: Draw): Promise<void> => {
  const computer = someComputer(scene, draw);
  if (computer === undefined) return;
  const label = draw.chance(0.5) ? { label: computer.name } : {};
  const last = codeOf(computer);
  if (draw.chance(0.4) && last !== undefined) {
    await showCode(computer, { replaces: last.pairing, ...label });
  } else {
    // One of its own for each linking, unless it tries the same once more.
    if (draw.chance(0.8)) computer.key = newKeyPair();
    await showCode(computer, label);
  }
};

export const collectCode = async (scene: Scene, draw: Draw): Promise<void> => {
  const code = someCode(scene, draw);
  if (code === undefined) return;
  if (draw.chance(0.3)) code.computer.guest.die();
  await collect(scene, code);
};

export const cancel = async (scene: Scene, draw: Draw): Promise<void> => {
  if (draw.chance(0.4)) await open(scene, draw);
  const code = someCode(scene, draw);
  if (code === undefined) return;
  const params = signed(scene, { ...code, label: 'cancel' });
  await code.computer.guest.insist({ method: 'pairing.cancel', params });
};

/** The latest that a computer has been linked as. */
const deviceOf = (scene: Scene, draw: Draw) => {
  const computer = someComputer(scene, draw);
  if (computer === undefined) return undefined;
  heed(scene, computer);
  return draw.chance(0.8) ? computer.linked.at(-1) : draw.oneOf(computer.linked);
};

/** Connects as what it was linked as, and looks at its account. */
export const connect = async (scene: Scene, draw: Draw): Promise<void> => {
  const device = deviceOf(scene, draw);
  if (device === undefined) return;
  if (draw.chance(0.2)) device.actor.die();
  const { account } = device.identity;
  await device.actor.ask({ method: 'devices.list', params: { account } });
};

/** A token is used twice. */
export const connectTwice = async (scene: Scene, draw: Draw): Promise<void> => {
  const device = deviceOf(scene, draw);
  if (device === undefined) return;
  const { identity } = device;
  const token = tokenOf(claimsFor(identity, scene.endpoint, scene.now()), identity.key);
  const [first, second] = [bearer(scene, 'a token', token), bearer(scene, 'the same token', token)];
  if ((await first.reach()) !== undefined && (await second.reach()) !== undefined) {
    scene.journal.violated(`a token of device ${identity.device} connects twice`);
  }
  first.die();
  second.die();
};

export const leave = async (scene: Scene, draw: Draw): Promise<void> => {
  await deviceOf(scene, draw)?.actor.insist({ method: 'devices.leave', params: {} });
};

/** A companion tries what only a phone may. */
export const overreach = async (scene: Scene, draw: Draw): Promise<void> => {
  const device = deviceOf(scene, draw);
  const code = someCode(scene, draw);
  const party = scene.parties.find(({ keys }) => keys.account === device?.identity.account);
  if (device === undefined || code === undefined || party === undefined) return;
  const { actor } = device;
  if (draw.chance(0.5)) {
    await actor.ask({ method: 'pairing.scan', params: { pairing: code.pairing }, hostile: true });
  } else {
    const deviceList = party.keys.next(listOf(party), { issuedAt: scene.now() });
    await actor.ask({ method: 'devices.update', params: { deviceList }, hostile: true });
  }
};

export const die = async (scene: Scene, draw: Draw): Promise<void> => {
  const computer = someComputer(scene, draw);
  if (computer === undefined) return;
  if (draw.chance(0.6)) computer.guest.die();
  else computer.linked.at(-1)?.actor.die();
};
