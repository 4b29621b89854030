import { notification } from '../shared/sockets.ts';
import { addressees, createDevicesChanged, readAccounts } from './address.ts';
import type { Rule } from './context.ts';
import { post } from './deliver.ts';

/** Something that matters only now (typing, call set-up): to the devices that are connected, and stored nowhere. */
export const signal: Rule<'relay.signal'> = async (context, caller, { message, bodies, to }) => {
  const accounts = await readAccounts(context.directory, caller, to);
  const addressed = addressees(to, caller, accounts);
  if ('changed' in addressed) throw createDevicesChanged()(addressed.changed);
  await Promise.all(
    addressed.devices.map(async ({ address, record, body }) => {
      if (record.connection === undefined) return;
      const frame = notification('relay.signal', { message, sender: caller.address, body: bodies[body] ?? '' });
      await post(context, { to: address, connection: record.connection, frames: [frame] });
    }),
  );
  return {};
};
