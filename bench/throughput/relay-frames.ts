import * as z from 'zod/mini';

/** What the plain relay is told. */
export const fromClient = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), user: z.string() }),
  z.object({ kind: z.literal('send'), to: z.string(), id: z.string(), body: z.string() }),
  z.object({ kind: z.literal('ack'), id: z.string() }),
]);
export type FromClient = z.infer<typeof fromClient>;

/** What it tells. */
export const toClient = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('welcome') }),
  z.object({ kind: z.literal('accepted'), id: z.string() }),
  z.object({ kind: z.literal('message'), id: z.string(), body: z.string() }),
]);
export type ToClient = z.infer<typeof toClient>;
