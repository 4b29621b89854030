import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '#local';
import { parseAddress } from '#protocol';
import { registerDevice } from '../devices/device.ts';
import { memoryOf } from '../local/memory.ts';
import { ampleQuotas } from '../quotas.ts';
import { runCloud } from '../run-cloud.ts';
import { FromPhone, type ToPhone } from './drain-messages.ts';
import { streamMail } from './stream-mail.ts';
import { openTables } from './tables.ts';
import { bodyBytes } from './world.ts';

/** How far it had come; times in seconds, memory in MB, of the phone's process and of the cloud without its database. */
type Step = { received: number; seconds: number; phone: number; cloud: number };

export type Drain = { count: number; received: number; doubled: number; disordered: number; steps: Step[] };

const MB = 2 ** 20;

/** A phone that was away for a month empties a mailbox of so many envelopes, with a new start of its application half-way. */
export const measureDrain = async (count: number): Promise<Drain> => {
  await using cleaning = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  cleaning.defer(() => rm(data, { recursive: true, maxRetries: 5 }));
  const engine = cleaning.use(await startEngine({ file: undefined }));
  const cloud = cleaning.use(await runCloud({ data, engine: engine.url, settings: ampleQuotas }));
  const tables = cleaning.use(await openTables(engine.url));
  const phone = fork(new URL('./drain.process.ts', import.meta.url), { execArgv: ['--expose-gc'] });
  cleaning.defer(() => end(phone));
  const tell = (message: ToPhone) => phone.send(message);

  const file = join(data, 'phone.sqlite');
  tell({ kind: 'register', endpoint: cloud.endpoint, file });
  const registered = FromPhone.parse((await once(phone, 'message'))[0]);
  if (registered.kind !== 'registered') throw new Error('The phone did not register.');
  const { address } = registered;
  const { account } = parseAddress(address);
  const sender = await registerDevice(cloud.endpoint);
  await tables.addMail(address, streamMail(count, { sender: sender.address, account, bytes: bodyBytes }));

  const steps: Step[] = [];
  const began = performance.now();
  tell({ kind: 'drain', file, count, step: count / 10 });
  for await (const [message] of on(phone, 'message')) {
    const said = FromPhone.parse(message);
    if (said.kind === 'done') return { count, ...said, steps };
    if (said.kind !== 'progress') continue;
    const seconds = (performance.now() - began) / 1000;
    steps.push({
      received: said.received,
      seconds,
      phone: said.memory / MB,
      cloud: (await memoryOf(cloud.pid)) / MB,
    });
  }
  throw new Error('The phone has left.');
};

const end = async (phone: ChildProcess): Promise<void> => {
  if (phone.exitCode !== null || phone.signalCode !== null) return;
  phone.kill();
  await once(phone, 'exit');
};
