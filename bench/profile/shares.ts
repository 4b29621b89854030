import type { CpuProfile, Node } from './cpu-profile.ts';
import type { PlaceOf } from './places.ts';

/** Microseconds by place. */
export type Times = ReadonlyMap<string, number>;

/** What V8 calls what is no function; none of the thread's time while it waits counts. */
const unnamed: ReadonlyMap<string, string | undefined> = new Map([
  ['(idle)', undefined],
  ['(root)', undefined],
  ['(program)', 'native code'],
  ['(garbage collector)', 'garbage collection'],
]);

/**
 * On whose account the time of some threads goes: what Node and the engine's own functions do counts for the place that
 * has called them, and as Node's where nobody has, as when a socket has something to read.
 */
export const timesByCaller = (profiles: readonly CpuProfile[], placeOf: PlaceOf): Times => {
  const times = new Map<string, number>();
  for (const profile of profiles) {
    const placeOfNode = callers(profile, placeOf);
    profile.samples.forEach((id, i) => {
      const place = placeOfNode.get(id);
      if (place !== undefined) times.set(place, (times.get(place) ?? 0) + (profile.timeDeltas[i] ?? 0));
    });
  }
  return times;
};

const callers = ({ nodes }: CpuProfile, placeOf: PlaceOf): ReadonlyMap<number, string | undefined> => {
  const places = new Map<number, string | undefined>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const find = (node: Node): string | undefined => {
    const { functionName } = node.callFrame;
    if (unnamed.has(functionName)) return unnamed.get(functionName);
    for (let one: Node | undefined = node; one !== undefined; one = byId.get(parents.get(one.id) ?? 0)) {
      const place = placeOf(one.callFrame);
      if (place !== undefined && place !== 'Node') return place;
    }
    return 'Node';
  };
  for (const node of nodes) places.set(node.id, find(node));
  return places;
};

export const wholeOf = (times: Times): number => [...times.values()].reduce((sum, time) => sum + time, 0);

/** Each place's part of the whole, in percent, the largest first. */
export const percentages = (times: Times): { place: string; percent: number }[] => {
  const whole = wholeOf(times);
  return [...times]
    .map(([place, time]) => ({ place, percent: (time / whole) * 100 }))
    .toSorted((one, other) => other.percent - one.percent);
};
