import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FaultInput } from '#local';
import { type CloudOptions, type CloudOrder, CloudState } from './cloud-orders.ts';

/** A cloud that is killed and started again on what it has stored, at the same endpoint. */
export type Cloud = AsyncDisposable & {
  endpoint: string;
  /** Begins a fault, which lasts, if the cloud is killed meanwhile, in the next one too. */
  begin: (name: string, fault: FaultInput) => Promise<void>;
  end: (name: string) => Promise<void>;
  /** Moves its time on, by milliseconds. */
  advance: (by: number) => Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill: () => Promise<void>;
  /** Starts it again; its time has run on. */
  start: () => Promise<void>;
  /** How often each kind of fault has struck so far. */
  struck: () => Promise<Record<string, number>>;
};

export const openCloud = async (options: Omit<CloudOptions, 'lead'>): Promise<Cloud> => {
  const faults = new Map<string, FaultInput>();
  const total = new Map<string, number>();
  let lead = 0;
  let running: { child: ChildProcess; state: CloudState } | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const hear = async (child: ChildProcess): Promise<CloudState | undefined> => {
    const ended = new AbortController();
    const { signal } = ended;
    const [said]: unknown[] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => []),
    ]).finally(() => ended.abort());
    const state = said === undefined ? undefined : CloudState.parse(said);
    if (state !== undefined) lead = state.lead;
    return state;
  };
  const start = async () => {
    const given: CloudOptions = { ...options, lead };
    const child = fork(new URL('./cloud.process.ts', import.meta.url), [JSON.stringify(given)], { execArgv: [] });
    const state = await hear(child);
    if (state === undefined) throw new Error('The local cloud ended before it was ready.');
    running = { child, state };
    for (const [name, fault] of faults) await order({ kind: 'begin', name, fault });
  };
  const obey = async (given: CloudOrder): Promise<void> => {
    const told = running;
    if (told === undefined) return;
    const answer = hear(told.child);
    told.child.send(given, () => undefined);
    told.state = (await answer) ?? told.state;
  };
  /** One after the other; a cloud that is not there misses it. */
  const order = (given: CloudOrder): Promise<void> => {
    const done = turn.then(() => obey(given));
    turn = done.catch(() => undefined);
    return done;
  };
  const kill = async () => {
    if (running === undefined) return;
    await order({ kind: 'look' });
    const { child, state } = running;
    running = undefined;
    for (const [kind, count] of Object.entries(state.struck)) total.set(kind, (total.get(kind) ?? 0) + count);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };

  await start();
  return {
    endpoint: running?.state.endpoint ?? '',
    begin: (name, fault) => {
      faults.set(name, fault);
      return order({ kind: 'begin', name, fault });
    },
    end: (name) => {
      faults.delete(name);
      return order({ kind: 'end', name });
    },
    advance: (by) => order({ kind: 'advance', by }),
    kill,
    start,
    struck: async () => {
      await order({ kind: 'look' });
      const counts = new Map(total);
      for (const [kind, count] of Object.entries(running?.state.struck ?? {})) {
        counts.set(kind, (counts.get(kind) ?? 0) + count);
      }
      return Object.fromEntries(counts);
    },
    [Symbol.asyncDispose]: kill,
  };
};
