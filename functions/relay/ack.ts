import type { Rule } from './context.ts';

/** The device has these for good: they leave its mailbox. Nothing is answered; a lost ack only means a redelivery. */
export const ack: Rule<'relay.ack'> = async ({ mailboxes }, caller, { envelopes }) => {
  await mailboxes.remove(caller.address, envelopes);
  return {};
};
