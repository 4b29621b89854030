import { parseArgs } from 'node:util';

/** What `npm start` was asked for. */
export type CommandLine = {
  /** One line of JSON on standard output instead of text for people. */
  json: boolean;
  port: number;
  /** Where the operator's window is; the next free port after those of the cloud without one. */
  windowPort: number | undefined;
  /** The folder for everything that the cloud writes. */
  data: string;
  /** Whether to forget what an earlier run kept. */
  fresh: boolean;
};

const usage = 'Usage: npm start -- [--json] [--port N, 0 for any free one] [--window-port N] [--data DIR] [--fresh]';

/** The options of the command line, or in one sentence with the usage what is wrong with them. */
export function readCommandLine(given: string[]): CommandLine | { wrong: string } {
  try {
    const { port, 'window-port': window, ...others } = parse(given);
    // The port above it is needed too.
    if (!isNumber(port, 65_534)) return { wrong: `--port ${port} is not a number from 0 to 65534. ${usage}` };
    if (window !== undefined && !isNumber(window, 65_535)) {
      return { wrong: `--window-port ${window} is not a number from 0 to 65535. ${usage}` };
    }
    return { ...others, port: Number(port), windowPort: window === undefined ? undefined : Number(window) };
  } catch (error) {
    return { wrong: `${error instanceof Error ? error.message : String(error)}. ${usage}` };
  }
}

const isNumber = (text: string, most: number): boolean => /^\d+$/.test(text) && Number(text) <= most;

const parse = (given: string[]) =>
  parseArgs({
    args: given,
    options: {
      json: { type: 'boolean', default: false },
      port: { type: 'string', default: '4466' },
      'window-port': { type: 'string' },
      data: { type: 'string', default: '.tandem' },
      fresh: { type: 'boolean', default: false },
    },
  }).values;
