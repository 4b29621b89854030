import { limits } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';
import { noteEmpty, noteRemoved } from './note.ts';

/** What waits in the device's mailbox, oldest first, a frame at a time; what it acknowledges with the call leaves first. */
export const sync: Rule<'relay.sync'> = async (context, caller, params) => {
  const { directory, mailboxes, platform } = context;
  const { address } = caller;
  const { ack = [], after, limit = limits.batch } = params;
  const self = standing(caller, await directory.account(caller.account));
  await mailboxes.remove(address, ack);
  const { envelopes, next, expired } = await mailboxes.page(address, { after, limit, now: platform.now() });

  const isEmpty = envelopes.length === 0 && after === undefined && next === undefined;
  // Whoever asks for what comes after has the page before: about as many as this one holds.
  const taken = after === undefined ? 0 : envelopes.length;
  const mailbox = { address, held: self.devices.get(caller.device)?.held };
  await Promise.all([
    mailboxes.remove(address, expired),
    isEmpty ? noteEmpty(context, mailbox) : noteRemoved(context, mailbox, ack.length + expired.length + taken),
  ]);
  return { envelopes, ...(next !== undefined && { next }) };
};
