import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startApp } from '../../fixtures/stage.ts';
import { generousRates } from '../generous.ts';
import { gatherCast, type Role } from './cast.ts';
import { openCloud } from './cloud.ts';
import { type Device, openDevice } from './device.ts';
import { freePort } from '../../fixtures/free-port.ts';
import { judge } from './judge/judge.ts';
import { createLog, type Log } from './log.ts';
import { playStretch, type Scene } from './nemesis.ts';
import { planOf } from './plan.ts';
import { countHeard, type Report } from './report.ts';
import { settle } from './settle.ts';

/** What to play: so long and until so many messages are accepted, between the devices of so many accounts. */
export type Run = { seed: number; seconds: number; messages: number; accounts: number };

const settings = Object.fromEntries(
  Object.entries({ ...generousRates, throttlingRate: 10_000, throttlingBurst: 5000 }).map(([name, value]) => [
    `tandem.${name}`,
    value,
  ]),
);

const longestStretch = 30_000;
/** How many messages are accepted before anything goes wrong: all are connected by then. */
const first = 200;
/** After the time that was asked for: how long nothing new goes wrong between stretches, on a busy machine. */
const recovery = 30_000;
/** Milliseconds in which the messages must be accepted, on however busy a machine. */
const patience = 900_000;

/** Plays a run and judges its history. `tell` hears how many messages are accepted so far. */
export const checkHistory = async (run: Run, tell: (accepted: number) => void = () => undefined): Promise<Report> => {
  const { seed, accounts } = run;
  await using stage = await startApp(settings);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-history-'));
  const app = stage.app.synth().directory;
  await using cloud = await openCloud({ app, data: join(folder.path, 'cloud'), port: await freePort(), seed });
  const cast = await gatherCast(cloud.endpoint, { folder: folder.path, accounts });
  const log = createLog();
  await using opened = new AsyncDisposableStack();
  const devices = cast.map((role) => opened.use(begin(role, { cast, seed, log })));
  const scene: Scene = { cloud, devices, played: new Map() };

  await Promise.race([log.reaches(first), log.failed]);
  const began = performance.now();
  await Promise.race([playAll(scene, { run, log, tell }), log.failed]);
  const ended = performance.now();
  await Promise.race([settle(scene, log), log.failed]);
  const still = performance.now();
  const faults = { ...(await cloud.struck()), ...Object.fromEntries(scene.played) };
  await Promise.all(devices.map((device) => device.close()));
  return {
    ...judge(log.facts),
    faults,
    ...countHeard(log.facts),
    devices: devices.length,
    seed,
    milliseconds: Math.round(ended - began),
    settling: Math.round(still - ended),
  };
};

/** A device's application begins to run, and to write. */
const begin = (role: Role, { cast, seed, log }: { cast: readonly Role[]; seed: number; log: Log }): Device => {
  const { name, account, store } = role;
  log.add({ at: Date.now(), kind: 'joins', device: name, account });
  const names = {
    accounts: Object.fromEntries(cast.map(({ accountId, account }) => [accountId, account])),
    devices: Object.fromEntries(cast.map(({ address, name }) => [address, name])),
  };
  const device = openDevice({ name, store, ...names, seed, log });
  device.start();
  device.order({ kind: 'write' });
  return device;
};

/** One stretch after the other. @throws when far too little is accepted */
const playAll = async (
  scene: Scene,
  { run, log, tell }: { run: Run; log: Log; tell: (accepted: number) => void },
): Promise<void> => {
  const { seed, messages, seconds } = run;
  const devices = scene.devices.length;
  const length = Math.min(longestStretch, seconds * 1000);
  const began = performance.now();
  const passed = () => performance.now() - began;
  for (let number = 0; passed() < seconds * 1000 || log.accepted() < messages; number += 1) {
    if (passed() > patience) {
      throw new Error(`Only ${log.accepted()} of ${messages} messages were accepted in ${patience / 60_000} minutes.`);
    }
    const began = performance.now();
    await playStretch(scene, planOf({ seed, number, length, devices }), String(number));
    await delay(Math.max(0, began + length - performance.now()));
    if (passed() >= seconds * 1000) {
      await Promise.race([log.reaches(messages), delay(recovery, undefined, { ref: false })]);
    }
    tell(log.accepted());
  }
};
