/** A phone of the SDK in a process of its own: registers, and when it is told to, empties its mailbox. */
import { addressOf } from '#protocol';
import { register, resume } from '#client';
import { sqliteStore } from '#client/node';
import { ToPhone, type FromPhone } from './drain-messages.ts';

const tell = (said: FromPhone) => process.send?.(said);
const memory = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss;
};

process.on('message', (message) => {
  const told = ToPhone.parse(message);
  void (told.kind === 'register' ? begin(told) : drain(told));
});

async function begin({ endpoint, file }: Extract<ToPhone, { kind: 'register' }>): Promise<void> {
  using store = sqliteStore(file);
  const session = await register({ endpoint, store });
  const { account, device } = session;
  await session.close();
  tell({ kind: 'registered', address: addressOf(account, device) });
}

/** Takes messages over until there are as many as were told, in two runs of the application. */
async function drain({ file, count, step }: Extract<ToPhone, { kind: 'drain' }>): Promise<void> {
  // A byte a number, so that what is measured is the SDK.
  const seen = new Uint8Array(count + 1);
  let [received, doubled, disordered, last] = [0, 0, 0, 0];
  for (const goal of [count / 2, count]) {
    using store = sqliteStore(file);
    const session = await resume({ store });
    if (session === undefined) throw new Error('The phone has no account.');
    const { promise, resolve } = Promise.withResolvers<void>();
    session.receive(({ body }) => {
      const number = new DataView(body.buffer, body.byteOffset).getUint32(0);
      if (number < last) disordered += 1;
      last = number;
      if (seen[number] === 1) {
        doubled += 1;
        return;
      }
      seen[number] = 1;
      received += 1;
      if (received % step === 0) tell({ kind: 'progress', received, memory: memory() });
      if (received >= goal) resolve();
    });
    await promise;
    await session.close();
  }
  tell({ kind: 'done', received, doubled, disordered });
}
