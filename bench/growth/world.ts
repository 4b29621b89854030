import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '#local';
import { type DeviceAddress, envelopeIdOf } from '#protocol';
import { connectDevice, type Device, recipientOf, registerDevice } from '../devices/device.ts';
import { newMessageId } from '../devices/message-id.ts';
import type { Socket } from '../devices/open-socket.ts';
import { cpuOf } from '../processes.ts';
import { ampleQuotas } from '../quotas.ts';
import { type RunningCloud, runCloud } from '../run-cloud.ts';
import { openTables, type Tables } from './tables.ts';

/** How many accounts there are, and how many envelopes wait for the phone that is written to. */
export type WorldSize = { accounts: number; depth: number };

/** A database of some size, on which a cloud can be started again and again. */
export type World = AsyncDisposable & { startStage: () => Promise<Stage> };

/** A cloud with two phones that are connected. */
export type Stage = AsyncDisposable & {
  cloud: RunningCloud;
  tables: Tables;
  from: Device;
  to: Device;
  sender: Socket;
  receiver: Socket;
  /** Milliseconds of a processor that the cloud, and the database in its own process, have used so far. */
  cpu: () => Promise<{ cloud: number; database: number }>;
};

export const bodyBytes = 500;

/** As it is deployed, but for two bounds: how often one may call, and how much a mailbox may hold. */
const { ['tandem.strangersEnvelopes']: _asDeployed, ...settings } = ampleQuotas;

export const openWorld = async ({ accounts, depth }: WorldSize): Promise<World> => {
  await using opening = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  opening.defer(() => rm(data, { recursive: true, maxRetries: 5 }));
  // In memory, where it takes half a minute to fill what would take five on disk.
  const engine = opening.use(await startEngine({ file: undefined }));
  const run = () => runCloud({ data, engine: engine.url, settings });
  const { from, to } = await registerPhones(run);
  const tables = opening.use(await openTables(engine.url));
  await tables.addAccounts(accounts - 2, from);
  await tables.addMail(to.address, oldMail(depth, from.address));
  // As after a while: the relay has an estimate of the mailbox, and the two have written to each other.
  await tables.noteHolding(to.address, depth, depth * bodyBytes);
  await tables.noteWritten(to.account, from.account);
  const startStage = async (): Promise<Stage> => {
    await using starting = new AsyncDisposableStack();
    const cloud = starting.use(await run());
    const sender = starting.use(await connectDevice(cloud.endpoint, from));
    const receiver = starting.use(await connectDevice(cloud.endpoint, to));
    const started = starting.move();
    return {
      cloud,
      tables,
      from,
      to,
      sender,
      receiver,
      cpu: async () => ({ cloud: await cpuOf(cloud.pid), database: await cpuOf(engine.pid) }),
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    };
  };
  const opened = opening.move();
  return { startStage, [Symbol.asyncDispose]: () => opened.disposeAsync() };
};

/** The first run also makes the tables. */
const registerPhones = async (run: () => Promise<RunningCloud>): Promise<Pick<Stage, 'from' | 'to'>> => {
  await using cloud = await run();
  return { from: await registerDevice(cloud.endpoint), to: await registerDevice(cloud.endpoint) };
};

const day = 24 * 60 * 60 * 1000;

/** Envelopes of a month, one after another in time. */
export function* oldMail(count: number, sender: DeviceAddress) {
  const since = Date.now() - 29 * day;
  for (let i = 0; i < count; i += 1) {
    yield { id: envelopeIdOf(newMessageId(since + i * 20), sender), body: randomBytes(bodyBytes) };
  }
}

export const messageTo = (to: Device) => ({
  message: newMessageId(),
  bodies: [randomBytes(bodyBytes).toString('base64url')],
  to: [recipientOf(to)],
});
