import * as z from 'zod/mini';

/** What a device's application is started with. */
export const DeviceOptions = z.object({
  name: z.string(),
  /** The file of its store. */
  store: z.string(),
  /** Everybody's names: accounts by their ids, devices by their addresses. */
  accounts: z.record(z.string(), z.string()),
  devices: z.record(z.string(), z.string()),
  /** How many messages it has written in earlier runs. */
  written: z.int(),
  seed: z.int(),
});
export type DeviceOptions = z.infer<typeof DeviceOptions>;

export const DeviceOrder = z.discriminatedUnion('kind', [
  /** Sets its date to so many milliseconds from the machine's. */
  z.object({ kind: z.literal('set date'), to: z.number() }),
  /** Lets time pass at once, timers and all. */
  z.object({ kind: z.literal('pass'), by: z.number() }),
  /** Begins to write. */
  z.object({ kind: z.literal('write') }),
  z.object({ kind: z.literal('be silent') }),
  z.object({ kind: z.literal('close') }),
]);
export type DeviceOrder = z.infer<typeof DeviceOrder>;
