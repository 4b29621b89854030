import * as z from 'zod/mini';
import { DeviceAddress } from '#protocol';

/** What the process with the phone is told. */
export const ToPhone = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('register'), endpoint: z.string(), file: z.string() }),
  z.object({ kind: z.literal('drain'), file: z.string(), count: z.int(), step: z.int() }),
]);
export type ToPhone = z.infer<typeof ToPhone>;

/** What it tells; memory in bytes. */
export const FromPhone = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('registered'), address: DeviceAddress }),
  z.object({ kind: z.literal('progress'), received: z.int(), memory: z.number() }),
  z.object({ kind: z.literal('done'), received: z.int(), doubled: z.int(), disordered: z.int() }),
]);
export type FromPhone = z.infer<typeof FromPhone>;
