import type { CpuProfile, Node } from './cpu-profile.ts';
import type { Maps } from './places.ts';

/** How many samples are kept, and what part of the time a function must take to be named. */
const samplesKept = 4000;
const leastShare = 0.0005;

/**
 * A profile that a person can open, and a repository keep: functions by the names and files of their source, one sample
 * of several, and what takes next to no time counted with its caller.
 */
export const readable = (profile: CpuProfile, { originOf }: Maps): CpuProfile => {
  const step = Math.max(1, Math.ceil(profile.samples.length / samplesKept));
  const kept = profile.samples.flatMap((id, i) => (i % step === 0 ? [{ id, delta: deltaFrom(profile, i, step) }] : []));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const totals = new Map<number, number>();
  for (const { id, delta } of kept) {
    for (let one: number | undefined = id; one !== undefined; one = parents.get(one)) {
      totals.set(one, (totals.get(one) ?? 0) + delta);
    }
  }
  const root = profile.nodes[0]?.id ?? 0;
  const least = (totals.get(root) ?? 0) * leastShare;
  const isNamed = (id: number) => id === root || (totals.get(id) ?? 0) >= least;
  const named = (id: number): number => {
    const parent = parents.get(id);
    return isNamed(id) || parent === undefined ? id : named(parent);
  };
  const nodes = profile.nodes
    .filter(({ id }) => isNamed(id))
    .map(
      ({ id, callFrame, children = [] }): Node => ({
        id,
        callFrame: originOf(callFrame),
        children: children.filter(isNamed),
      }),
    );
  const { startTime, endTime } = profile;
  return {
    nodes,
    startTime,
    endTime,
    samples: kept.map(({ id }) => named(id)),
    timeDeltas: kept.map(({ delta }) => delta),
  };
};

const deltaFrom = ({ timeDeltas }: CpuProfile, from: number, count: number): number =>
  timeDeltas.slice(from, from + count).reduce((sum, delta) => sum + delta, 0);
