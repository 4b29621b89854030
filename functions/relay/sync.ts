import { type DeviceAddress, limits } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { DeviceRecord } from '../shared/directory/index.ts';
import { loggedMessages } from '../shared/telemetry/index.ts';
import type { RelayContext, Rule } from './context.ts';
import { endWaking } from './end-waking.ts';
import { noteEmpty, noteRemoved } from './note.ts';

/** The mailbox has been seen empty. */
const seenEmpty = async (context: RelayContext, address: DeviceAddress, record: DeviceRecord): Promise<void> => {
  await Promise.all([noteEmpty(context, { address, held: record.held }), endWaking(context, address, record)]);
};

/** What waits in the device's mailbox, oldest first, a frame at a time; what it acknowledges with the call leaves first. */
export const sync: Rule<'relay.sync'> = async (context, caller, params) => {
  const { directory, mailboxes, platform, telemetry } = context;
  const { address } = caller;
  const { ack = [], after, limit = limits.batch } = params;
  const self = standing(caller, await directory.account(caller.account));
  await mailboxes.remove(address, ack);
  if (ack.length > 0) telemetry.note({ messages: loggedMessages(ack), acknowledged: ack.length });
  const { envelopes, next, expired } = await mailboxes.page(address, { after, limit, now: platform.now() });

  const isEmpty = envelopes.length === 0 && after === undefined && next === undefined;
  // Whoever asks for what comes after has the page before: about as many as this one holds.
  const left = ack.length + expired.length + (after === undefined ? 0 : envelopes.length);
  const record = self.devices.get(caller.device);
  await Promise.all([
    mailboxes.remove(address, expired),
    record &&
      (isEmpty ? seenEmpty(context, address, record) : noteRemoved(context, { address, held: record.held }, left)),
  ]);
  return { envelopes, ...(next !== undefined && { next }) };
};
