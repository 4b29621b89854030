import type { FaultInput } from '#local';
import { drawFor } from '../draw.ts';
import { faultAt } from './faults.ts';

/** What the nemesis does; `device` is a place in the cast, times are milliseconds. */
export type Act =
  /** SIGKILL for the whole cloud, which starts again on what it has stored. */
  | { kind: 'cloud killed'; away: number }
  /** SIGKILL for a device's application, which starts again on its store. */
  | { kind: 'device killed'; device: number; away: number }
  /** The application ends as it should, and starts again. */
  | { kind: 'device offline'; device: number; away: number }
  /** SIGSTOP: its sockets stay open and nobody reads them. */
  | { kind: 'device frozen'; device: number; away: number }
  /** Its date is set to so far from the machine's. */
  | { kind: 'device clock jump'; device: number; to: number }
  | { kind: 'cloud clock jump'; by: number }
  /** So many connections die without a word; a while later, the time in which devices find out has passed for all. */
  | { kind: 'half-open sockets'; connections: number; unnoticed: number }
  | { kind: 'fault'; fault: FaultInput; lasts: number };

/** `at` counts from when the stretch begins. */
export type Planned = { at: number; act: Act };

export type Stretch = { seed: number; number: number; length: number; devices: number };

/** In how long each of these happens so often; in a longer stretch, no more often than that. */
const usual = 30_000;
const often = { kills: 3, offline: 2, frozen: 2, jumps: 4, faults: 8 };

/**
 * What a device sends with a date minutes ahead has to wait until the cloud's comes near it: as the applications wait
 * with it, that is rare.
 */
const jump = { usual: 140_000, rare: 600_000, rarity: 0.1 };

/** What happens in a stretch of a run, by nothing but the seed and its number: the cloud is killed once in each. */
export const planOf = ({ seed, number, length, devices }: Stretch): Planned[] => {
  const draw = drawFor(seed, 'nemesis', number);
  const between = (least: number, most: number) => least + draw.below(most - least + 1);
  const count = (name: keyof typeof often) => Math.ceil((often[name] * Math.min(length, usual)) / usual);
  const times = (name: keyof typeof often, act: (i: number) => Act) =>
    Array.from({ length: count(name) }, (_, i) => act(i));
  const device = () => draw.below(devices);
  const date = () => {
    const most = draw.chance(jump.rarity) ? jump.rare : jump.usual;
    return between(-most, most);
  };
  // What lasts is over soon enough in a short stretch too.
  const lasting = (least: number, most: number) => Math.min(between(least, most), length / 4);

  const acts: Act[] = [
    { kind: 'cloud killed', away: between(0, 500) },
    { kind: 'half-open sockets', connections: between(1, 3), unnoticed: lasting(1000, 3000) },
    { kind: 'cloud clock jump', by: between(1, 30) * 1000 },
    ...times('kills', () => ({ kind: 'device killed', device: device(), away: lasting(0, 2000) })),
    ...times('offline', () => ({ kind: 'device offline', device: device(), away: lasting(500, 5000) })),
    ...times('frozen', () => ({ kind: 'device frozen', device: device(), away: lasting(500, 4000) })),
    ...times('jumps', () => ({ kind: 'device clock jump', device: device(), to: date() })),
    ...times('faults', (i) => ({
      kind: 'fault',
      fault: faultAt(seed, number * count('faults') + i),
      lasts: lasting(1000, 5000),
    })),
  ];
  return acts.map((act) => ({ at: draw.below(length), act })).toSorted((one, other) => one.at - other.at);
};
