import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { AccountId, DeviceAddress, MessageId } from '#protocol';

/** What `npm run ops` was asked to do. */
export type Command =
  | { kind: 'trace'; message: MessageId }
  | { kind: 'device'; address: DeviceAddress }
  | { kind: 'redrive'; queue: string | undefined }
  | { kind: 'suspend' | 'reinstate'; account: AccountId }
  | { kind: 'close' | 'open' };

export type CommandLine = {
  command: Command;
  stage: string;
  /** Whether what would change is to be changed. */
  yes: boolean;
};

const usage = `Usage: npm run ops -- COMMAND [--stage NAME, dev without it] [--yes, to do what changes something]
  trace MESSAGE-ID            what the functions logged of a message, on its way from frame to acknowledgement
  device ADDRESS              what is known of a device, without any content
  dlq redrive [QUEUE]         gives work that was given up back to its queue
  suspend ACCOUNT [--undo]    lets none of an account's devices in; or in again
  close                       registration off, the stage's throttle down to a tenth
  open                        both as they were`;

/** A command line that nobody can follow: what is wrong, and the usage. */
export class UsageError extends Error {
  constructor(wrong: string) {
    super(`${wrong.replace(/\.$/, '')}.\n${usage}`);
    this.name = 'UsageError';
  }
}

/** @throws UsageError */
export const readCommandLine = (given: readonly string[]): CommandLine => {
  const { values, positionals } = parse(given);
  const { stage, yes, undo } = values;
  const [name = '', ...args] = positionals;
  if (undo && name !== 'suspend') throw new UsageError('--undo goes with suspend');
  return { command: commandOf(name, args, undo), stage, yes };
};

const parse = (given: readonly string[]) => {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        stage: { type: 'string', default: 'dev' },
        yes: { type: 'boolean', default: false },
        undo: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    // Node adds lines of advice for some mistakes.
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UsageError(why);
  }
};

const commandOf = (name: string, args: readonly string[], undo: boolean): Command => {
  switch (name) {
    case 'trace':
      return { kind: 'trace', message: only(args, MessageId, 'the id of a message, a UUIDv7 in lower case') };
    case 'device':
      return { kind: 'device', address: only(args, DeviceAddress, 'the address of a device, <account>.<number>') };
    case 'suspend':
      return { kind: undo ? 'reinstate' : 'suspend', account: only(args, AccountId, 'the id of an account') };
    case 'dlq':
      return redrive(args);
    case 'close':
    case 'open':
      if (args.length > 0) throw new UsageError(`${name} takes nothing more, not ${args.join(' ')}`);
      return { kind: name };
    default:
      throw new UsageError(name === '' ? 'There is no command' : `${name} is no command`);
  }
};

const only = (args: readonly string[], schema: z.ZodMiniType<string>, what: string): string => {
  const [value, ...more] = args;
  const parsed = z.safeParse(schema, value);
  if (parsed.success && more.length === 0) return parsed.data;
  throw new UsageError(`Expected ${what}, not "${args.join(' ')}"`);
};

const redrive = ([verb, queue, ...more]: readonly string[]): Command => {
  if (verb === 'redrive' && more.length === 0) return { kind: 'redrive', queue };
  throw new UsageError('dlq can redrive all queues or one: dlq redrive [QUEUE]');
};
