import * as z from 'zod/mini';
import { DeviceAddress, EnvelopeId, limits, Timestamp } from '#protocol';
import { createQueue } from '../shared/queue.ts';

/** By when the envelopes from one id to another, delivered on this connection, should have been acknowledged. */
export const Deadline = z.object({
  device: DeviceAddress,
  connection: z.string(),
  from: EnvelopeId,
  to: EnvelopeId,
  /** When they were delivered: what was accepted later is not overdue, though its id may lie between theirs. */
  at: Timestamp,
  /** Whether they have been delivered a second time already. */
  again: z.boolean(),
});
export type Deadline = z.infer<typeof Deadline>;

/** Looks after deliveries half a minute later, by a queue. */
export const createDeadlines = (url: string) => {
  const queue = createQueue(url);
  return { set: (deadline: Deadline): Promise<void> => queue.send([deadline], limits.ackDeadline) };
};
export type Deadlines = ReturnType<typeof createDeadlines>;
