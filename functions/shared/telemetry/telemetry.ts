import { type DeviceAddress, type Traceparent, traceparentOf } from '#protocol';
import type { Platform } from '../platform.ts';
import { describeError } from './describe-error.ts';
import { embedded } from './embedded.ts';
import { type Fields, type LoggedDevice, sift } from './fields.ts';
import { hashed } from './hashed.ts';
import { loggedRequest, loggedTraces } from './logged.ts';
import type { CountName, DurationName, TallyName, TallyValue } from './metrics.ts';
import { openRecord } from './record.ts';

/** What may be said of an invocation; the rest follows from whose it is. */
export type Notes = Partial<Omit<Fields, 'function' | 'request' | 'trace' | 'what'>>;

type Wiring = {
  function: Fields['function'];
  stage: string;
  salt: string;
  platform: Pick<Platform, 'now'>;
  /** 24 bytes that nobody can guess. */
  random: () => Uint8Array;
  /** How long the process has been running, in milliseconds. */
  uptime: () => number;
  /** Takes a line. */
  write: (line: string) => void;
};

/**
 * What a function tells its operator: one line for each invocation, written at its end, which is log and metrics at
 * once, and one for each failure, written when it happens. An environment has one invocation at a time: what is said
 * belongs to the one that runs.
 */
export const createTelemetry = ({ function: name, stage, salt, ...surroundings }: Wiring) => {
  const { platform, random, uptime, write } = surroundings;
  let record = openRecord();
  let traceparent: Traceparent | undefined;
  let isWarm = false;

  const say = (line: object): void => write(JSON.stringify(line));

  const begin = (requestId: unknown): void => {
    record = openRecord();
    record.note({ function: name, request: loggedRequest(requestId) });
    traceparent = undefined;
    if (!isWarm) record.add({ metric: 'ColdStart', amount: Math.round(uptime()) });
    isWarm = true;
  };

  const end = (): void => {
    const [first, ...more] = embedded(record.measured(), { stage, at: platform.now() });
    say({ ...record.fields(), ...record.refused(), ...first });
    for (const line of more) say({ ...record.fields('function', 'request'), ...line });
  };

  /** The invocation belongs to this trace. */
  const follow = (given: Traceparent): Traceparent => {
    const [trace] = loggedTraces([given]);
    record.note({ trace });
    traceparent = given;
    return given;
  };

  return {
    /** Runs an invocation; its line is written however it ends. */
    invocation: async <T>(requestId: unknown, work: () => Promise<T>): Promise<T> => {
      begin(requestId);
      try {
        return await work();
      } finally {
        end();
      }
    },

    count: (metric: CountName, times = 1): void => record.add({ metric, amount: times }),
    tally: <M extends TallyName>(metric: M, value: TallyValue<M>): void => record.add({ metric, value, amount: 1 }),
    /** In milliseconds; clocks differ a little, and nothing takes less than no time. */
    measure: (metric: DurationName, duration: number): void =>
      record.add({ metric, amount: Math.max(0, Math.round(duration)) }),

    /** Numbers add up, and lists grow. */
    note: (notes: Notes): void => record.note(notes),
    /** What stands for a device. */
    hashed: (address: DeviceAddress): LoggedDevice => hashed(address, salt),

    follow,
    /** Of the trace that the invocation belongs to: a new one, where its caller has named none. */
    traceparent: (): Traceparent => traceparent ?? follow(traceparentOf(random())),

    /** The call, or the connection, is refused. */
    refusal: (code: Fields['code']): void => {
      record.note({ code });
      record.add({ metric: 'Errors', value: code, amount: 1 });
    },
    /** Something failed of which the caller is told no more than the id of the request. */
    failure: (what: Fields['what'], error: unknown): void => {
      const about = record.fields('function', 'method', 'request', 'trace');
      say({ level: 'error', ...about, ...Object.fromEntries(sift({ what }).allowed), error: describeError(error) });
    },
  };
};
export type Telemetry = ReturnType<typeof createTelemetry>;
