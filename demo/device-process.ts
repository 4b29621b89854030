import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as z from 'zod/mini';

const Told = z.union([
  z.object({ event: z.string(), detail: z.unknown() }),
  z.object({ id: z.int(), error: z.string() }),
  z.object({ id: z.int(), result: z.optional(z.unknown()) }),
]);

/** Longer than anything in the story takes, so that a failure is told and not waited for. */
const patience = 20_000;

/** A device of the story, in a process that can be killed and started again on the same store. */
export class DeviceProcess {
  readonly name: string;
  /** What its application got, in order and with repetitions. */
  readonly received: string[] = [];
  readonly #start: () => ReturnType<typeof fork>;
  #child: ReturnType<typeof fork>;
  #commands = 0;

  constructor(name: string, { endpoint, folder }: { endpoint: string; folder: string }) {
    this.name = name;
    const store = join(folder, `${name.replaceAll(/\W+/g, '-')}.sqlite`);
    this.#start = () => {
      const child = fork(join(import.meta.dirname, 'device.ts'), [endpoint, store]);
      child.on('message', (message) => {
        const told = Told.parse(message);
        if ('event' in told && told.event === 'message') this.received.push(z.string().parse(told.detail));
      });
      return child;
    };
    this.#child = this.#start();
  }

  /** Does one thing, to the end. @throws what the device says is wrong */
  async do(command: string, argument?: unknown): Promise<unknown> {
    this.#commands += 1;
    const id = this.#commands;
    this.#child.send({ id, command, argument });
    const told = await this.#wait((message) => 'id' in message && message.id === id, command);
    if ('error' in told) throw new Error(`${this.name}, ${command}: ${told.error}`);
    return 'result' in told ? told.result : undefined;
  }

  /** The detail of the next such event. @throws what has failed instead */
  async event(name: string): Promise<unknown> {
    const told = await this.#wait((message) => 'event' in message && [name, 'failure'].includes(message.event), name);
    if (!('event' in told) || told.event !== name) throw new Error(`${this.name}: ${JSON.stringify(told)}`);
    return told.detail;
  }

  /** Waits until its application has got so many messages. */
  async receives(count: number): Promise<void> {
    const deadline = Date.now() + patience;
    while (this.received.length < count && Date.now() < deadline) {
      await this.#wait((message) => 'event' in message && message.event === 'message', 'message').catch(
        () => undefined,
      );
    }
  }

  /** Says good-bye and ends. */
  async end(): Promise<void> {
    await this.do('close');
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  /** No farewell: `kill -9`. */
  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  restart(): void {
    this.#child = this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
  }

  async #wait(wanted: (message: z.infer<typeof Told>) => boolean, what: string) {
    const signal = AbortSignal.timeout(patience);
    for (;;) {
      const [message] = await once(this.#child, 'message', { signal }).catch(() => {
        throw new Error(`${this.name}: no ${what} within ${patience / 1000} s`);
      });
      const told = Told.parse(message);
      if (wanted(told)) return told;
    }
  }
}
