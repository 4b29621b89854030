import { parseArgs } from 'node:util';

/** What `npm start` was asked for. */
export type CommandLine = {
  /** One line of JSON on standard output instead of text for people. */
  json: boolean;
  port: number;
  /** The folder for everything that the cloud writes. */
  data: string;
  /** Whether to forget what an earlier run kept. */
  fresh: boolean;
};

const usage = 'Usage: npm start -- [--json] [--port N, 0 for any free one] [--data DIR] [--fresh]';

/** The options of the command line, or in one sentence with the usage what is wrong with them. */
export function readCommandLine(given: string[]): CommandLine | { wrong: string } {
  try {
    const { port, ...others } = parse(given);
    // The port above it is needed too.
    if (/^\d+$/.test(port) && Number(port) < 65_535) return { ...others, port: Number(port) };
    return { wrong: `--port ${port} is not a number from 0 to 65534. ${usage}` };
  } catch (error) {
    return { wrong: `${error instanceof Error ? error.message : String(error)}. ${usage}` };
  }
}

const parse = (given: string[]) =>
  parseArgs({
    args: given,
    options: {
      json: { type: 'boolean', default: false },
      port: { type: 'string', default: '4466' },
      data: { type: 'string', default: '.tandem' },
      fresh: { type: 'boolean', default: false },
    },
  }).values;
