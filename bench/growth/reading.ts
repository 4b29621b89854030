import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { RunningCloud } from '../run-cloud.ts';

const Reading = z.object({
  totals: z.object({ invocations: z.number(), readUnits: z.number(), writeUnits: z.number() }),
  operations: z.record(z.string(), z.number()),
  bytes: z.object({ aws: z.number(), gateway: z.number() }),
});

/** What a running cloud's meter has counted. */
export type Counted = { requests: number; readUnits: number; writeUnits: number; bytes: number };

const read = async ({ window }: Pick<RunningCloud, 'window'>) =>
  Reading.parse(await (await fetch(`${window}meter.json`)).json());

/** How long nothing may have been counted, in milliseconds, and how long it may take until then. */
const pause = 300;
const patience = 60_000;

/** What has been counted once nothing more is: acknowledgements are answered by nothing that one could wait for. */
export const settledCount = async (cloud: Pick<RunningCloud, 'window'>): Promise<Counted> => {
  const deadline = performance.now() + patience;
  for (let before = await read(cloud); performance.now() < deadline; ) {
    await delay(pause);
    const now = await read(cloud);
    if (now.totals.invocations === before.totals.invocations) {
      const { totals, operations, bytes } = now;
      const requests = Object.values(operations).reduce((sum, count) => sum + count, 0);
      return { ...totals, requests, bytes: bytes.aws + bytes.gateway };
    }
    before = now;
  }
  throw new Error(`The cloud is still busy after ${patience / 1000} s.`);
};
