import { parseArgs } from 'node:util';

/** What `npm run check:fuzz` was asked for; without a seed, another each time. */
export type CommandLine = { json: boolean; frames: number; seed: number };

const usage = 'Usage: npm run check:fuzz -- [--json] [--frames N, by default 50000] [--seed N]';

const isNumber = (text: string): boolean => /^\d{1,9}$/.test(text);

/** The options of the command line, or in one sentence with the usage what is wrong with them. */
export const readCommandLine = (given: string[]): CommandLine | { wrong: string } => {
  try {
    const { json, frames, seed } = parse(given);
    if (!isNumber(frames) || Number(frames) === 0)
      return { wrong: `--frames ${frames} is not a number of frames. ${usage}` };
    if (!isNumber(seed)) return { wrong: `--seed ${seed} is not a number from 0 to 999999999. ${usage}` };
    return { json, frames: Number(frames), seed: Number(seed) };
  } catch (error) {
    return { wrong: `${error instanceof Error ? error.message : String(error)}. ${usage}` };
  }
};

const parse = (given: string[]) =>
  parseArgs({
    args: given,
    options: {
      json: { type: 'boolean', default: false },
      frames: { type: 'string', default: '50000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    },
  }).values;
