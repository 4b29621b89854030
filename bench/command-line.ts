import { parseArgs } from 'node:util';

export type CommandLine = {
  parts: readonly Part[];
  /** Whether to print JSON instead of text for people. */
  json: boolean;
  /** Whether to put the figures into the documents too. */
  write: boolean;
};

const parts = ['cost', 'cold', 'pairing', 'local'] as const;
export type Part = (typeof parts)[number];

const usage = 'Usage: npm run bench -- [cost] [cold] [pairing] [local] [--json] [--write, into docs/ too]';

/** What to measure, every part unless some are named; or in one sentence with the usage what is wrong with it. */
export const readCommandLine = (args: string[]): CommandLine | { wrong: string } => {
  try {
    const options = { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const unknown = positionals.find((given) => !parts.some((part) => part === given));
    if (unknown !== undefined) return { wrong: `There is no bench ${unknown}. ${usage}` };
    const named = parts.filter((part) => positionals.includes(part));
    return { ...values, parts: named.length === 0 ? parts : named };
  } catch (error) {
    // Node adds lines of advice for some mistakes.
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { wrong: `${why.replace(/\.$/, '')}. ${usage}` };
  }
};
