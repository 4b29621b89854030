import { parseArgs } from 'node:util';

export type CommandLine = {
  parts: readonly Part[];
  /** Whether to print JSON instead of text for people. */
  json: boolean;
  /** Whether to put the figures into the documents too. */
  write: boolean;
  /** Another checkout of this repository, whose throughput is to be measured in turns with this one's. */
  beside: string | undefined;
};

const parts = ['cost', 'cold', 'pairing', 'growth', 'profile', 'throughput', 'local'] as const;
export type Part = (typeof parts)[number];

const named = parts.map((part) => `[${part}]`).join(' ');
const usage = `Usage: npm run bench -- ${named} [--json] [--write, into docs/ too] [--beside FOLDER of another checkout, for throughput]`;

/** What to measure, every part unless some are named; or in one sentence with the usage what is wrong with it. */
export const readCommandLine = (args: string[]): CommandLine | { wrong: string } => {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        beside: { type: 'string' },
      },
      allowPositionals: true,
    });
    const unknown = positionals.find((given) => !parts.some((part) => part === given));
    if (unknown !== undefined) return { wrong: `There is no bench ${unknown}. ${usage}` };
    const wanted = parts.filter((part) => positionals.includes(part));
    const { json, write, beside } = values;
    return { json, write, beside, parts: wanted.length === 0 ? parts : wanted };
  } catch (error) {
    // Node adds lines of advice for some mistakes.
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { wrong: `${why.replace(/\.$/, '')}. ${usage}` };
  }
};
