import { setTimeout as delay } from 'node:timers/promises';
import type { Cloud } from './cloud.ts';
import type { Device } from './device.ts';
import type { Act, Planned } from './plan.ts';

/** The time after which devices find out by themselves that nobody hears them, and the cloud that they do not hear it. */
export const noticing = 31_000;

export type Scene = {
  cloud: Cloud;
  devices: readonly Device[];
  /** How often each kind of act has been played. */
  played: Map<string, number>;
};

/** Lets time pass at once, for the cloud and for all devices. */
export const letPass = async ({ cloud, devices }: Scene, by: number): Promise<void> => {
  for (const device of devices) device.order({ kind: 'pass', by });
  await cloud.advance(by);
};

/** Plays what is planned for a stretch; resolves when all of it is over and everybody is back. */
export const playStretch = async (scene: Scene, plan: readonly Planned[], name: string): Promise<void> => {
  const began = performance.now();
  const acts: Promise<void>[] = [];
  const turns = new Map<number, Promise<void>>();
  for (const [i, { at, act }] of plan.entries()) {
    await delay(Math.max(0, at - (performance.now() - began)));
    // What befalls the same device befalls it in turn.
    const turn = 'device' in act ? act.device : -1 - i;
    const played = (turns.get(turn) ?? Promise.resolve()).then(() => play(scene, act, `${name}/${i}`));
    turns.set(turn, played);
    // Awaited only when all have begun.
    played.catch(() => undefined);
    acts.push(played);
  }
  await Promise.all(acts);
};

const play = async (scene: Scene, act: Act, name: string): Promise<void> => {
  const { cloud, devices, played } = scene;
  if (act.kind !== 'fault') played.set(act.kind, (played.get(act.kind) ?? 0) + 1);
  const device = 'device' in act ? devices[act.device] : undefined;
  switch (act.kind) {
    case 'cloud killed':
      await cloud.kill();
      await delay(act.away);
      return cloud.start();
    case 'device killed':
      await device?.kill();
      await delay(act.away);
      return device?.start();
    case 'device offline':
      await device?.close();
      await delay(act.away);
      return device?.start();
    case 'device frozen':
      device?.freeze();
      await delay(act.away);
      return device?.thaw();
    case 'device clock jump':
      return device?.order({ kind: 'set date', to: act.to });
    case 'cloud clock jump':
      return cloud.advance(act.by);
    case 'half-open sockets':
      await cloud.begin(name, { kind: 'half-open', times: act.connections });
      await delay(act.unnoticed);
      await cloud.end(name);
      return letPass(scene, noticing);
    case 'fault':
      await cloud.begin(name, act.fault);
      await delay(act.lasts);
      return cloud.end(name);
  }
};
