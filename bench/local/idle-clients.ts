import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as z from 'zod/mini';

const Told = z.object({ open: z.int(), refused: z.optional(z.string()) });

/** Clients that connect and say nothing, in a process of their own. */
export type IdleClients = AsyncDisposable & {
  /** Connects so many more, 400 a second at most. Throws when one is refused or any has been closed. */
  connect: (endpoint: string, count: number) => Promise<void>;
};

/** Starts the process. It should outlive the cloud: clients that leave by the thousand have that run as many functions. */
export const startIdleClients = (): IdleClients => {
  const child = fork(new URL('./idle-clients.process.ts', import.meta.url));
  let expected = 0;
  return {
    async connect(endpoint, count) {
      expected += count;
      child.send({ endpoint, count });
      const [told]: unknown[] = await once(child, 'message');
      const { open, refused } = Told.parse(told);
      if (open === expected) return;
      throw new Error(`Of ${expected} clients ${open} are connected: ${refused ?? 'the others were closed'}.`);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
};
