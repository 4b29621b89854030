import { notification } from '../shared/sockets.ts';
import { addressees, createDevicesChanged, readAccounts } from './address.ts';
import { blockedBy } from './blocked-by.ts';
import type { Rule } from './context.ts';
import { post } from './deliver.ts';
import { inPool } from '../shared/in-pool.ts';

/** How many devices are posted to at once. */
const pool = 32;

/** What matters only now (typing, call set-up): to the devices that are connected, in a frame each; stored nowhere. */
export const signal: Rule<'relay.signal'> = async (context, caller, { signals }) => {
  const { directory } = context;
  const accounts = await readAccounts(
    directory,
    caller,
    signals.flatMap(({ to }) => to),
  );
  const blocked = await blockedBy(directory, caller, accounts);
  const told = signals.flatMap(({ message, bodies, to }) => {
    const addressed = addressees(to, caller, { accounts, blocked });
    if ('changed' in addressed) throw createDevicesChanged()(addressed.changed);
    return addressed.devices.map(({ address, record, body }) => ({
      address,
      connection: record.connection,
      signal: { message, sender: caller.address, body: bodies[body] ?? '' },
    }));
  });
  const byDevice = [...Map.groupBy(told, ({ address }) => address)];
  await inPool(pool, byDevice, async ([to, all]) => {
    const connection = all[0]?.connection;
    if (connection === undefined) return;
    const frame = notification('relay.signal', { signals: all.map(({ signal }) => signal) });
    await post(context, { to, connection, frames: [frame] });
  });
  return {};
};
