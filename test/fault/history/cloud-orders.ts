import * as z from 'zod/mini';
import { Fault } from '../../../local/faults/fault.ts';

/** What the process of the cloud is started with. */
export const CloudOptions = z.object({
  app: z.string(),
  data: z.string(),
  port: z.int(),
  /** How far its time is ahead of the machine's, in milliseconds. */
  lead: z.int(),
  seed: z.int(),
});
export type CloudOptions = z.infer<typeof CloudOptions>;

/** What it is told to do; each order is answered with how it stands then. */
export const CloudOrder = z.discriminatedUnion('kind', [
  /** `name` says which fault is to end, and names its choices. */
  z.object({ kind: z.literal('begin'), name: z.string(), fault: Fault }),
  z.object({ kind: z.literal('end'), name: z.string() }),
  z.object({ kind: z.literal('advance'), by: z.number() }),
  z.object({ kind: z.literal('look') }),
]);
export type CloudOrder = z.input<typeof CloudOrder>;

export const CloudState = z.object({
  endpoint: z.string(),
  lead: z.int(),
  /** How often each kind of fault has struck since this process has started. */
  struck: z.record(z.string(), z.int()),
});
export type CloudState = z.infer<typeof CloudState>;
