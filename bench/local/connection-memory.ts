import type { IdleClients } from './idle-clients.ts';
import { settledMemory } from './memory.ts';
import type { RunningCloud } from '../run-cloud.ts';

/** As many as it takes until compiled code, caches and the functions' environments have grown to what they need. */
const warmUp = 1500;

/**
 * The bytes of the cloud's memory that each idle connection takes: the difference that so many of them make, after
 * others that stay have warmed the cloud up.
 */
export const connectionMemory = async (
  { endpoint, pid }: Pick<RunningCloud, 'endpoint' | 'pid'>,
  clients: IdleClients,
  count: number,
): Promise<number> => {
  await clients.connect(endpoint, warmUp);
  const before = await settledMemory(pid);
  await clients.connect(endpoint, count);
  return ((await settledMemory(pid)) - before) / count;
};
