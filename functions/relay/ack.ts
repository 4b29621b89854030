import { loggedMessages } from '../shared/telemetry/index.ts';
import type { Rule } from './context.ts';

/** The device has these for good: they leave its mailbox. Nothing is answered; a lost ack only means a redelivery. */
export const ack: Rule<'relay.ack'> = async ({ mailboxes, platform, telemetry }, caller, { envelopes, at }) => {
  await mailboxes.remove(caller.address, envelopes);
  telemetry.note({ messages: loggedMessages(envelopes), acknowledged: envelopes.length });
  const now = platform.now();
  // Mail from before the connection has waited for the device, which is no delay of ours.
  if (at !== undefined && caller.connectedAt <= at && at <= now) telemetry.measure('AckLatency', now - at);
  return {};
};
