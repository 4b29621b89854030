import { startCloud } from '#local';
import { createHunts, type Finding } from './hunt.ts';
import { runLane } from './lane.ts';
import { startNeighbours } from './neighbours.ts';
import { meetPeople, type Role } from './people.ts';
import { createTally } from './tally.ts';
import { watchFunctions } from './watch-functions.ts';

export type Report = {
  /** Frames said, by guests, companions and primaries at once. */
  frames: number;
  /** Answers that own to a failure of the server. */
  internal: number;
  /** Environments of functions that ended, and invocations that did not return. */
  crashes: number;
  /** Neighbours, who do nothing wrong, that were closed or got nothing any more. */
  closed: number;
  /** Answers that are not those of the protocol. */
  wrong: number;
  seed: number;
  seconds: number;
  /** How often the neighbours wrote to each other. */
  turns: number;
  /** Frames by what they were answered. */
  outcomes: Record<string, number>;
  /** Failures that functions logged, by the step. */
  failures: Record<string, number>;
  findings: Finding[];
};

const lanes: readonly Role[] = ['guest', 'primary', 'companion', 'guest', 'primary', 'companion'];

/** Says random frames to a cloud of that app, on several connections at once; tells what it made of them. */
export const fuzz = async ({ app, frames, seed }: { app: string; frames: number; seed: number }): Promise<Report> => {
  await using cloud = await startCloud({ app });
  const { endpoint } = cloud;
  using watch = watchFunctions(cloud);
  await using neighbours = await startNeighbours(endpoint);
  const people = await meetPeople(endpoint);
  const [tally, hunts] = [createTally(), createHunts()];

  const began = performance.now();
  const ended = await Promise.allSettled(
    lanes.map((role, i) => {
      const share = Math.floor((frames + i) / lanes.length);
      return runLane({ endpoint, people, watch, tally, hunts }, { role, frames: share, seed: seed + i * 1_000_000 });
    }),
  );
  // Not before all have ended: nobody is to find the cloud gone.
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
  const seconds = (performance.now() - began) / 1000;
  const { closed, turns } = await neighbours.leave();
  return {
    frames: tally.counts.frames,
    internal: tally.counts.internal,
    crashes: tally.counts.crash + watch.crashes.length,
    closed,
    wrong: tally.counts.wrong,
    seed,
    seconds: Number(seconds.toFixed(1)),
    turns,
    outcomes: tally.outcomes,
    failures: Object.fromEntries(watch.failures),
    findings: [...hunts.findings.values(), ...watch.crashes.map((fault) => ({ fault, frame: '', answer: '' }))],
  };
};
