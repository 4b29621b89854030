import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '#local';
import { connectionMemory } from './connection-memory.ts';
import { startIdleClients } from './idle-clients.ts';
import { settledMemory } from './memory.ts';
import { runCloud } from '../run-cloud.ts';
import { measureThroughput, type Throughput } from './throughput.ts';

/** What the local cloud takes of this machine. */
export type Local = {
  /** Milliseconds from `npm start` to ready, on data of an earlier run. */
  start: number;
  /** MB, when nobody is connected. */
  idle: number;
  /** How many idle connections were held, and the KB that each of them takes. */
  connections: number;
  connection: number;
  throughput: Throughput;
};

const connections = 5000;
const KB = 1024;

/** Measures `npm start` in processes of its own, with data in a folder that is gone afterwards. */
export const measureLocal = async (): Promise<Local> => {
  const data = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rm(data, { recursive: true }));
  {
    await using _first = await runCloud({ data });
  }
  return { ...(await measureFootprint(data)), throughput: await compareThroughput(data) };
};

const measureFootprint = async (data: string): Promise<Omit<Local, 'throughput'>> => {
  await using clients = startIdleClients();
  await using cloud = await runCloud({ data });
  const idle = await settledMemory(cloud.pid);
  const connection = await connectionMemory(cloud, clients, connections);
  return { start: cloud.startedIn, idle: idle / KB / KB, connections, connection: connection / KB };
};

/** One engine for both, which the cloud uses in place of its own. */
const compareThroughput = async (data: string): Promise<Throughput> => {
  await using engine = await startEngine({ file: undefined });
  await using cloud = await runCloud({ data, engine: engine.url });
  return await measureThroughput({
    direct: { endpoint: engine.url, credentials: cloud.credentials },
    endpoint: { endpoint: cloud.aws, credentials: cloud.credentials },
  });
};
