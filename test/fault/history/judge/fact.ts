import * as z from 'zod/mini';

const fact = <K extends string, S extends z.core.$ZodLooseShape>(kind: K, fields: S) =>
  z.object({ at: z.int(), kind: z.literal(kind), device: z.string(), ...fields });

const message = { id: z.string() };
/** By which a text is told from any other. */
const text = { ...message, digest: z.string() };

/**
 * What one device's application says has happened, in the order in which it happened there; `at` is in milliseconds
 * since 1970, by the machine. Devices, accounts and messages have the names that the applications gave them.
 */
export const Fact = z.discriminatedUnion('kind', [
  /** The device belongs to that account from now on. */
  fact('joins', { account: z.string() }),
  /** Its application begins to run, for the first time or again. */
  fact('starts', {}),
  /** It asks the SDK to send; `to` are accounts. */
  fact('sends', { ...text, to: z.array(z.string()) }),
  /** It is told that the message is accepted. */
  fact('accepted', message),
  /** It is told that the message will not be sent. */
  fact('refused', { ...message, why: z.string() }),
  /** It has taken a message over; `from` is the device that the SDK names. */
  fact('delivered', { ...text, from: z.string() }),
  /** The SDK tells of anything else: a gap, an error, the end of the session. */
  fact('hears', { event: z.string(), detail: z.string() }),
  /** Its application ends as it should. Without this, it was killed. */
  fact('closes', {}),
]);
export type Fact = z.infer<typeof Fact>;
export type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/** All that happened; what one device says is in its order. */
export type History = readonly Fact[];
