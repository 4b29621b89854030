import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { DeviceOptions, DeviceOrder } from './device-orders.ts';
import type { Log } from './log.ts';

/** A device whose application runs, is killed, frozen, ended, and started again. */
export type Device = AsyncDisposable & {
  name: string;
  start: () => void;
  /** SIGKILL; resolves when all that it has said is in the log. */
  kill: () => Promise<void>;
  /** It ends as it should. */
  close: () => Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze: () => void;
  thaw: () => void;
  /** What it does not hear as it does not run, it misses; but whether to write, it is told again when it starts. */
  order: (order: DeviceOrder) => void;
};

type Options = Omit<DeviceOptions, 'written'> & { log: Log };

export const openDevice = ({ log, ...options }: Options): Device => {
  const { name } = options;
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let writes = false;

  const order = (given: DeviceOrder) => {
    if (given.kind === 'write' || given.kind === 'be silent') writes = given.kind === 'write';
    child?.send(given, () => undefined);
  };
  const start = () => {
    const given: DeviceOptions = { ...options, written: log.writtenBy(name) };
    const started = fork(new URL('./device.process.ts', import.meta.url), [JSON.stringify(given)], {
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    if (started.stdout !== null) log.follow(started.stdout);
    // Only then all that it has said has been read.
    ended = once(started, 'close');
    child = started;
    started.once('exit', () => {
      if (child === started) log.fail(new Error(`The application of ${name} ended by itself.`));
    });
    if (writes) order({ kind: 'write' });
  };
  const end = async (how: (running: ChildProcess) => void) => {
    const running = child;
    child = undefined;
    if (running !== undefined) how(running);
    await ended;
  };
  return {
    name,
    start,
    kill: () => end((running) => running.kill('SIGKILL')),
    close: () => end((running) => running.send({ kind: 'close' } satisfies DeviceOrder)),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    order,
    [Symbol.asyncDispose]: () => end((running) => running.kill('SIGKILL')),
  };
};
