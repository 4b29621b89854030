import { addressOf, fromBase64Url, parseAddress } from '#protocol';
import type { Account } from './account.ts';
import { Connection } from './connection/connection.ts';
import type { ServerClock } from './connection/server-clock.ts';
import { DeviceLists } from './devices/device-lists.ts';
import { bringList } from './devices/bring-list.ts';
import type { Emitter } from './emitter.ts';
import { ClientError } from './errors.ts';
import type { Platform } from './platform.ts';
import { Mail } from './relay/mail.ts';
import type { SessionEvents } from './session-events.ts';
import type { Store } from './store.ts';

export type SessionOptions = {
  account: Account;
  store: Store;
  platform: Platform;
  serverClock: ServerClock;
  receipts: boolean;
};

/** What a session works with; `follow` looks after what nobody waits for. */
export type SessionParts = {
  events: Emitter<SessionEvents>;
  connection: Connection;
  lists: DeviceLists;
  mail: Mail;
  follow: (task: Promise<unknown>) => void;
};

const expectedCodes: ReadonlySet<string> = new Set([
  'closed',
  'replaced',
  'unlinked',
  'upgrade_required',
  'list_conflict',
]);

/** An end, or what may succeed by itself later, is nobody's trouble; a conflict has an event of its own. */
const isTrouble = (error: unknown): boolean =>
  !(error instanceof ClientError && (error.retryable || expectedCodes.has(error.code)));

/** The parts of a device's session, which tell the events what happens; not connected yet. @throws `store_damaged` */
export const assemble = async (
  { account: self, store, platform, serverClock, receipts }: SessionOptions,
  events: Emitter<SessionEvents>,
): Promise<SessionParts> => {
  const { account, device, endpoint, deviceKey } = self;
  const credentials = { address: addressOf(account, device), key: deviceKey };
  /** A device that the cloud does not know shows the list that names it; whether it is linked after all. */
  const appeal = async (): Promise<boolean> => {
    const { devices } = await lists.bring(await lists.of(account));
    return devices.some(({ id }) => id === device);
  };
  const connection = new Connection({ endpoint, platform, serverClock, credentials, appeal });
  const lists = new DeviceLists({
    store,
    fetch: async (of) => (await connection.call('devices.list', { account: of })).deviceList,
    bring: (list) => bringList({ endpoint, platform, serverClock }, list),
    now: () => serverClock.latest(),
    onNewer: (of, change) => of === account && events.emit('devices', change),
    onConflict: (of) => events.emit('list_conflict', of),
    onStale: (of) => events.emit('stale', of),
  });
  const onError = (error: unknown) => events.emit('error', error);
  const follow = (task: Promise<unknown>) => void task.catch((error: unknown) => isTrouble(error) && onError(error));
  const mail = await Mail.load({
    connection,
    lists,
    store,
    self,
    platform,
    receipts,
    now: () => serverClock.now(),
    learnTime: (now) => serverClock.correct(now, platform.clock.now()),
    onGap: (gap) => events.emit('gap', gap),
    onState: (change) => events.emit('state', change),
    onRead: (ids) => events.emit('read', ids),
    onError,
  });

  connection.onNotification('devices.changed', ({ deviceList }) => follow(lists.accept(account, deviceList)));
  connection.onNotification('devices.left', ({ device }) => events.emit('left', device));
  connection.onNotification('push.broken', ({ device }) => events.emit('push_broken', device));
  connection.onNotification('relay.signal', ({ signals }) => {
    for (const { message, sender, body } of signals) {
      events.emit('signal', { message, sender: parseAddress(sender), body: fromBase64Url(body) });
    }
  });
  return { events, connection, lists, mail, follow };
};
