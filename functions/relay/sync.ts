import { limits } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** What waits in the device's mailbox, oldest first, a frame at a time; what it acknowledges with the call leaves first. */
export const sync: Rule<'relay.sync'> = async ({ directory, mailboxes, platform }, caller, params) => {
  const { ack, after, limit = limits.batch } = params;
  standing(caller, await directory.account(caller.account));
  if (ack !== undefined) await mailboxes.remove(caller.address, ack);
  const { envelopes, next, expired } = await mailboxes.page(caller.address, { after, limit, now: platform.now() });
  if (expired.length > 0) await mailboxes.remove(caller.address, expired);
  return { envelopes, ...(next !== undefined && { next }) };
};
