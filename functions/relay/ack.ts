import type { Rule } from './context.ts';
import { noteRemoved } from './note.ts';

/** The device has these for good: they leave its mailbox. Nothing is answered; a lost ack only means a redelivery. */
export const ack: Rule<'relay.ack'> = async (context, caller, { envelopes }) => {
  await Promise.all([context.mailboxes.remove(caller.address, envelopes), noteRemoved(context, caller, envelopes)]);
  return {};
};
