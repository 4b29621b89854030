import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceAddress, MethodName, Params } from '#protocol';
import type { Wire } from '../../fixtures/wire.ts';
import type { Journal, Outcome } from './journal.ts';
import { type Line, openLine, patience } from './line.ts';

/** Somebody with a connection, which is made when it is needed and may end at any time. */
export type Actor = {
  name: string;
  /** Connects unless it is connected; undefined when it was refused. */
  reach: () => Promise<Line | undefined>;
  line: () => Line | undefined;
  /** One call, if a connection can be had. `hostile`: it must never be done. */
  ask: <M extends MethodName>(call: Call<M>) => Promise<Outcome<M>>;
  /** As a client asks: again and unchanged, when there is no answer or the answer is to come again. */
  insist: <M extends MethodName>(call: Call<M>) => Promise<Outcome<M>>;
  /** The connection ends without a word. */
  die: () => void;
};
type Call<M extends MethodName> = { method: M; params: Params<M>; hostile?: boolean };

type Role = {
  name: string;
  /** The device, when it is one. */
  as?: DeviceAddress;
  dial: () => Promise<Wire>;
  now: () => number;
  journal: Journal;
};

const attempts = 3;

export const createActor = ({ name, as, dial, now, journal }: Role): Actor => {
  let line: Line | undefined;
  let connecting: Promise<Line | undefined> | undefined;

  const connect = async (): Promise<Line | undefined> => {
    const wire = await dialled(dial).catch((error: Error) => {
      journal.note(`${name} does not get a connection: ${error.message}`);
      if (error.message === tooLate) journal.violated(`${name} is neither connected nor refused within ${patience} ms`);
      return undefined;
    });
    line = wire && openLine(wire, { name, journal });
    return line;
  };
  const reach = async (): Promise<Line | undefined> => {
    if (line?.isOpen() === true) return line;
    connecting ??= connect().finally(() => {
      connecting = undefined;
    });
    return connecting;
  };
  const ask: Actor['ask'] = async ({ method, params, hostile = false }) => {
    const reached = await reach();
    if (reached === undefined) return { kind: 'lost', why: 'no connection' };
    const at = now();
    const outcome = await reached.ask(method, params);
    journal.asked({ by: name, as, method, params, hostile, at, outcome });
    // Five minutes are over: as a client, it comes back as another guest.
    if (outcome.kind === 'refused' && outcome.error.data.code === 'guest_expired') reached.die();
    return outcome;
  };
  return {
    name,
    reach,
    line: () => line,
    ask,
    insist: async (call) => {
      let outcome = await ask(call);
      for (let made = 1; made < attempts && isPassing(outcome); made += 1) outcome = await ask(call);
      return outcome;
    },
    die: () => line?.die(),
  };
};

const isPassing = (outcome: Outcome): boolean =>
  outcome.kind === 'lost' ||
  (outcome.kind === 'refused' && (outcome.error.data.retryable || outcome.error.data.code === 'guest_expired'));

const tooLate = 'too late';

const dialled = async (dial: () => Promise<Wire>): Promise<Wire> => {
  const ended = new AbortController();
  const late = delay(patience, undefined, { signal: ended.signal }).then(
    () => Promise.reject(new Error(tooLate)),
    () => Promise.reject(new Error('connected')),
  );
  try {
    return await Promise.race([dial(), late]);
  } finally {
    ended.abort();
    late.catch(() => undefined);
  }
};
