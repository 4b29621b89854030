import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { environmentVariables } from './environment-variables.ts';
import { type FunctionConfig, findHandler } from './function-config.ts';
import { type LogLine, lineSplitter, type Report } from './log.ts';
import type { Invoke, Told } from './messages.ts';

/** How an invocation ended; `unhandled` is what Lambda calls a FunctionError. */
export type Invocation = { payload: unknown } | Failure;

type Failure = { error: 'unhandled' | 'timeout' | 'throttled'; message: string };

/** What came of an invocation; the handler's time and, after a cold start, the bundle's loading time in milliseconds. */
export type Measured = { result: Invocation; duration: number; init: number | undefined };

/** What is new to each environment: variables, and how far the cloud's time is ahead of this machine's as it loads. */
type Start = { variables: Record<string, string>; lead: number };

type Call = Pick<Invoke, 'requestId' | 'trace' | 'lead'> & { event: unknown };

/** The invocation that an environment is busy with. */
type Current = {
  requestId: string;
  answer: (measured: Measured) => void;
  /** When it could begin, by the process's own clock. */
  began: number;
  timer?: NodeJS.Timeout;
};

/** Lambda gives a bundle ten seconds to load, whatever the function's own timeout. */
const initTimeout = 10_000;

/** What an invocation is told that the end of the local cloud cut short, or came too late for. */
export const stopped = 'The local cloud was stopped.';

/**
 * One execution environment: a worker thread with a function's bundle, for one invocation at a time. Creating it begins
 * the cold start; it is used up once it crashed, ran out of time or memory, or was disposed of.
 */
export class Environment {
  readonly #config: FunctionConfig;
  readonly #report: Report;
  readonly #worker: Worker;
  readonly #loaded = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #output = {
    stdout: lineSplitter((line) => this.#say('stdout', line)),
    stderr: lineSplitter((line) => this.#say('stderr', line)),
  };
  #ready = false;
  #init: number | undefined;
  #alive = true;
  #current: Current | undefined;

  /** Throws when the function has no handler that can be run here. */
  constructor(config: FunctionConfig, start: Start, report: Report) {
    this.#config = config;
    this.#report = report;
    this.#worker = startWorker(config, start);
    this.#worker.on('message', (told: Told) => this.#hear(told));
    this.#worker.on('error', (error: Error) => this.#crash(`${error.name}: ${error.message}`, error.stack));
    this.#worker.on('exit', (code) => this.#crash(`Runtime.ExitError: the function left with code ${code}.`));
  }

  /** Whether it can still take an invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Resolves when the bundle is loaded: from then on the handler runs. Not at all, if it does not load. */
  get ready(): Promise<void> {
    return this.#loaded.promise;
  }

  /** Resolves when it is used up. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Never rejects: whatever happens to the function is a result. */
  invoke({ event, ...sent }: Call): Promise<Measured> {
    const { arn, timeout } = this.#config;
    const { promise, resolve: answer } = Promise.withResolvers<Measured>();
    const call: Invoke = { ...sent, event: JSON.stringify(event ?? null), timeout, arn };
    this.#current = { requestId: sent.requestId, answer, began: performance.now() };
    this.#watch(this.#current);
    this.#worker.postMessage(call, []);
    return promise;
  }

  /** Ends it in the middle of whatever it does. */
  kill(message: string): void {
    this.#crash(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#alive) this.#end({ error: 'unhandled', message: stopped });
    await this.#worker.terminate();
  }

  /**
   * What a function does takes real time, however far the cloud's clock moves meanwhile: so do its limits, and `Date`
   * runs on within an invocation even if that clock stands.
   */
  #watch(current: Current): void {
    const [stage, limit] = this.#ready ? ['Task', this.#config.timeout] : ['Init', initTimeout];
    clearTimeout(current.timer);
    current.timer = setTimeout(() => {
      const message = `${stage} timed out after ${(limit / 1000).toFixed(2)} seconds`;
      this.#say('platform', message);
      this.#end({ error: 'timeout', message });
    }, limit);
  }

  #hear(told: Told): void {
    switch (told.kind) {
      case 'ready':
        this.#ready = true;
        this.#init = told.duration;
        this.#loaded.resolve();
        if (this.#current === undefined) break;
        this.#current.began = performance.now();
        this.#watch(this.#current);
        break;
      case 'output':
        this.#output[told.source].write(told.text);
        break;
      case 'returned':
        this.#warn(told.pending);
        this.#answer({ payload: JSON.parse(told.payload) }, told.duration);
        break;
      case 'threw':
        this.#say('platform', told.stack);
        this.#warn(told.pending);
        this.#answer({ error: 'unhandled', message: told.message }, told.duration);
        break;
    }
  }

  #warn(pending: string[]): void {
    if (pending.length === 0) return;
    const kinds = pending.join(', ');
    this.#say(
      'platform',
      `The handler returned while work was still running (${kinds}), which the cloud would freeze: await it.`,
    );
  }

  #crash(message: string, stack = message): void {
    if (!this.#alive) return;
    this.#say('platform', stack);
    this.#end({ error: 'unhandled', message });
  }

  #end(failure: Failure): void {
    this.#alive = false;
    this.#answer(failure);
    this.#ended.resolve();
    void this.#worker.terminate();
  }

  /** Answers the invocation in flight, if there is one, once all its lines are reported. */
  #answer(result: Invocation, measured?: number): void {
    this.#output.stdout.flush();
    this.#output.stderr.flush();
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    clearTimeout(current.timer);
    current.answer({ result, duration: measured ?? performance.now() - current.began, init: this.#init });
    this.#init = undefined;
  }

  #say(source: LogLine['source'], line: string): void {
    const invocation = this.#current === undefined ? {} : { requestId: this.#current.requestId };
    this.#report({ function: this.#config.name, ...invocation, source, line });
  }
}

function startWorker(config: FunctionConfig, { variables, lead }: Start): Worker {
  const { file, exported } = findHandler(config);
  const logStream = `local/[$LATEST]${randomUUID().replaceAll('-', '')}`;
  return new Worker(new URL('./worker.ts', import.meta.url), {
    argv: [file, exported, lead],
    env: environmentVariables(config, logStream, variables),
    execArgv: [],
    // Lambda limits all the memory of an environment; a thread can limit its heap.
    resourceLimits: { maxOldGenerationSizeMb: config.memory },
    stdout: true,
    stderr: true,
  });
}
