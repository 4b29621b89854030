import type { Exchange } from './client.ts';

/** Counts what came of frames. */
export const createTally = () => {
  const counts = { frames: 0, internal: 0, crash: 0, wrong: 0 };
  const outcomes: Record<string, number> = {};
  return {
    counts,
    /** By the answer: `result`, the name of an error, `silence`. */
    outcomes,
    count: ({ outcome, fault }: Exchange): void => {
      counts.frames += 1;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (fault !== undefined) counts[fault.kind] += 1;
    },
  };
};
export type Tally = ReturnType<typeof createTally>;
