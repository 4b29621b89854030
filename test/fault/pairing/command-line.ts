import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export type CommandLine = {
  seed: number;
  /** The histories to play. */
  numbers: readonly number[];
  /** Whether to print one line of JSON instead of text for people. */
  json: boolean;
};

const usage = 'Usage: npm run check:pairing -- [--histories N] [--seed N] [--only K] [--json] [--help]';

export const help = `${usage}

Plays histories of two accounts, their phones, computers and a stranger against the local cloud: they open, scan,
approve, deny, collect, cancel, update, recover, delete and connect at random, up to three at a time, while calls to
AWS fail, functions crash, sockets die and time moves on. Then nothing fails any more, and what must hold is checked.

  --histories N   how many, 100 without it
  --seed N        a whole number from which all choices follow; a random one without it
  --only K        history K alone, of however many
  --json          one line: { seed, histories, linked, violations, calls, outcomes, faults, milliseconds, failures }

The exit code is 0 without violations, 1 with, 2 for a command line that cannot be read.

What a seed repeats: each history's accounts, computers and steps, the choices within each step among what is then there
to choose from, and which calls a fault strikes (the n-th that it matches). They follow from the seed and the history's
number alone, not from how many are played or what the others do. What it leaves open: keys and ids, the order in which
calls made at the same time arrive, and with it whose call is the n-th and what it finds; so a violation that hangs on a
few milliseconds may need several runs.`;

/** What to play, 'help', or in one sentence with the usage what is wrong. */
export const readCommandLine = (args: string[]): CommandLine | 'help' | { wrong: string } => {
  try {
    const { values } = parseArgs({
      args,
      options: {
        histories: { type: 'string', default: '100' },
        seed: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    const { histories, only, json } = values;
    const seed = values.seed ?? String(randomInt(2 ** 32));
    if (!isNumber(histories, 1)) return { wrong: `--histories ${histories} is not a number from 1 on. ${usage}` };
    if (!isNumber(seed, 0)) return { wrong: `--seed ${seed} is not a number from 0 on. ${usage}` };
    if (only !== undefined && !isNumber(only, 1))
      return { wrong: `--only ${only} is not a number from 1 on. ${usage}` };
    const numbers = only === undefined ? Array.from({ length: Number(histories) }, (_, i) => i + 1) : [Number(only)];
    return { seed: Number(seed), numbers, json };
  } catch (error) {
    // Node adds lines of advice for some mistakes.
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { wrong: `${why.replace(/\.$/, '')}. ${usage}` };
  }
};

/** Up to what a random seed may be, which is also more histories than anybody waits for. */
const isNumber = (text: string, least: number): boolean =>
  /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= 2 ** 32;
