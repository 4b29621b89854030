import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export type CommandLine = {
  seed: number;
  /** How long things go wrong at least. */
  seconds: number;
  /** How many messages are accepted at least. */
  messages: number;
  /** Whether to print one line of JSON instead of text for people. */
  json: boolean;
};

const usage = 'Usage: npm run check:history -- [--seconds N] [--messages N] [--seed N] [--json] [--help]';

export const help = `${usage}

Phones and computers of four accounts, each a process with the SDK and a store in a file, write to each other through a
local cloud, one to one and in groups, as fast as they can. Meanwhile calls to AWS fail, are slow, conflict, or lose
their answers; functions crash or run twice; reads are stale; sockets stay half open; the whole cloud is killed (SIGKILL)
and comes back on what it has stored; devices are killed, frozen, closed and come back; clocks are set. Then nothing goes
wrong any more, and when all is still, the history is judged: the list of what the applications say has happened, by
rules that share no code with the SDK.

  --seconds N    for how long things go wrong at least, 60 without it
  --messages N   how many messages are accepted at least, 20000 without it
  --seed N       a whole number from which all choices follow; a random one without it
  --json         one line: { accepted, delivered, lost, duplicated, reordered, foreign, faults, interrupted, refused,
                 heard, devices, seed, milliseconds, settling }

  accepted       messages of which the sender was told that they are accepted
  delivered      messages that every device has got that was to have them: all of the accounts written to, and the other
                 ones of the sender's; also those whose sender was killed before it was told
  lost           accepted messages that a device never got
  duplicated     deliveries to an application that was done with the message before
  reordered      deliveries after a message that the same device has sent later
  foreign        deliveries of what was for others, was never written, or was written otherwise or by another device
  faults         how often each has struck; stale-read none, as long as all reads of the functions are consistent ones
  interrupted    deliveries once more, which are no violation, see below
  refused        messages that the SDK refused to send for good, by why
  heard          what else the SDK told the applications: gaps, errors
  milliseconds   for how long things went wrong; settling: until all was still

The exit code is 0 without violations, 1 with, 2 for a command line that cannot be read. For each kind of violation the
shortest history that shows it is printed: the facts without which it could not be told.

Once means: an application has a message when its handler was called with it and has written that down. The SDK then
remembers it, and only then hands over the next; so an application that is killed may have been at work on one message,
the last that it was given, and may be given that one again, before any other of its sender (interrupted). That it was
done with a message shows in the next that it was given, or in that it was closed and not killed. Whatever comes again
after that is a duplicate.

What a seed repeats: what happens to whom and when, which faults strike which calls (the n-th that they match), and what
is written. What it leaves open: keys and ids, and how far everybody has come by then, which hangs on the machine.`;

/** What to play, 'help', or in one sentence with the usage what is wrong. */
export const readCommandLine = (args: string[]): CommandLine | 'help' | { wrong: string } => {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seconds: { type: 'string', default: '60' },
        messages: { type: 'string', default: '20000' },
        seed: { type: 'string', default: String(randomInt(2 ** 32)) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { seconds, messages, seed, json, help } = values;
    if (help) return 'help';
    if (!isNumber(seconds, 1)) return { wrong: `--seconds ${seconds} is not a number from 1 on. ${usage}` };
    if (!isNumber(messages, 1)) return { wrong: `--messages ${messages} is not a number from 1 on. ${usage}` };
    if (!isNumber(seed, 0)) return { wrong: `--seed ${seed} is not a number from 0 on. ${usage}` };
    return { seconds: Number(seconds), messages: Number(messages), seed: Number(seed), json };
  } catch (error) {
    // Node adds lines of advice for some mistakes.
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { wrong: `${why.replace(/\.$/, '')}. ${usage}` };
  }
};

const isNumber = (text: string, least: number): boolean =>
  /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= 2 ** 32;
