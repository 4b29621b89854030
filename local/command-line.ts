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
  /** How long items stay after they expired, in milliseconds. */
  timeToLiveLag: number;
  /** The file with what is to go wrong. */
  faults: string | undefined;
  /** What is to be otherwise than in cdk.json, by names of its context. */
  settings: Record<string, string>;
  /** Whether to forget what an earlier run kept. */
  fresh: boolean;
};

const usage =
  'Usage: npm start -- [--json] [--port N, 0 for any free one] [--window-port N] [--data DIR] [--fresh] [--ttl-lag SECONDS] [--faults FILE] [-c NAME=VALUE, as in cdk deploy]...';

/** The options of the command line, or in one sentence with the usage what is wrong with them. */
export function readCommandLine(given: string[]): CommandLine | { wrong: string } {
  try {
    const { port, 'window-port': window, 'ttl-lag': lag, faults, context, ...others } = parse(given);
    // The port above it is needed too.
    if (!isNumber(port, 65_534)) return { wrong: `--port ${port} is not a number from 0 to 65534. ${usage}` };
    if (window !== undefined && !isNumber(window, 65_535)) {
      return { wrong: `--window-port ${window} is not a number from 0 to 65535. ${usage}` };
    }
    if (!isNumber(lag, 31_536_000)) {
      return { wrong: `--ttl-lag ${lag} is not a number of seconds from 0 to 31536000, which is a year. ${usage}` };
    }
    const unnamed = context.find((setting) => !/^[^=]+=/.test(setting));
    if (unnamed !== undefined) return { wrong: `--context ${unnamed} is not NAME=VALUE. ${usage}` };
    const windowPort = window === undefined ? undefined : Number(window);
    return {
      ...others,
      port: Number(port),
      windowPort,
      timeToLiveLag: Number(lag) * 1000,
      faults,
      settings: settingsOf(context),
    };
  } catch (error) {
    // Node adds lines of advice for some mistakes.
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { wrong: `${why.replace(/\.$/, '')}. ${usage}` };
  }
}

const isNumber = (text: string, most: number): boolean => /^\d+$/.test(text) && Number(text) <= most;

const settingsOf = (context: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    context.map((setting) => {
      const end = setting.indexOf('=');
      return [setting.slice(0, end), setting.slice(end + 1)];
    }),
  );

const parse = (given: string[]) =>
  parseArgs({
    args: given,
    options: {
      json: { type: 'boolean', default: false },
      port: { type: 'string', default: '4466' },
      'window-port': { type: 'string' },
      data: { type: 'string', default: '.tandem' },
      fresh: { type: 'boolean', default: false },
      'ttl-lag': { type: 'string', default: '0' },
      faults: { type: 'string' },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
    },
  }).values;
