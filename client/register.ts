import { accountIdOf, type DeviceList, registerStatement } from '#protocol';
import { type Account, readAccount, readOwnList, writeAccount } from './account.ts';
import { Connection } from './connection/connection.ts';
import { ServerClock } from './connection/server-clock.ts';
import { firstList } from './devices/make-list.ts';
import type { DeviceOptions } from './device-options.ts';
import { readEndpoint } from './endpoint.ts';
import { ClientError } from './errors.ts';
import { generateSigningKey, type SigningKey, signWith } from './keys.ts';
import { platform as thisPlatform } from './platform.ts';
import type { Session } from './session.ts';
import type { Store } from './store.ts';
import { openSession } from './tabs/open-session.ts';

export type RegisterOptions = DeviceOptions & {
  endpoint: string;
  /** A ticket, where the cloud admits nobody without: a JWT of its owner's backend, which works once. */
  admission?: string;
};

type Registration = { account: Account; identityKey: SigningKey; list: DeviceList };

/** The registration that an earlier run did not finish, or a new one; its keys are in the store before they are used. */
const prepare = async (store: Store, { endpoint, now }: { endpoint: string; now: number }): Promise<Registration> => {
  const begun = await readAccount(store);
  if (begun?.registered === true) throw new ClientError('already_linked');
  const list = begun && (await readOwnList(store, begun));
  if (begun?.identityKey !== undefined && list !== undefined) {
    return { account: { ...begun, endpoint }, identityKey: begun.identityKey, list };
  }

  const identityKey = await generateSigningKey();
  const deviceKey = await generateSigningKey();
  const first = await firstList(deviceKey.x, { identityKey, now });
  const id = accountIdOf(identityKey.x);
  const account = { endpoint, account: id, device: first.primary, deviceKey, identityKey, registered: false };
  await writeAccount(store, account, first);
  return { account, identityKey, list: first };
};

/**
 * Makes an account whose primary this device is. Called again after a crash, it goes on with the same keys.
 * @throws ClientError: `already_linked`, `admission_refused`, `timeout` when there is no network, …
 */
export const register = async ({
  endpoint: given,
  store,
  admission,
  receipts = false,
  platform = thisPlatform,
}: RegisterOptions): Promise<Session> => {
  const endpoint = readEndpoint(given);
  const serverClock = new ServerClock(platform.clock);
  const guest = new Connection({ endpoint, platform, serverClock });
  guest.open();
  try {
    await guest.time();
    const { account, identityKey, list } = await prepare(store, { endpoint, now: serverClock.now() });
    const at = serverClock.now();
    const signature = await signWith(identityKey, registerStatement(new URL(endpoint).host, at, list));
    const ticket = admission === undefined ? {} : { admission };
    await guest.call('account.register', { deviceList: list, at, signature, ...ticket });
    const registered = { ...account, registered: true };
    await writeAccount(store, registered);
    return await openSession({ account: registered, store, platform, receipts, serverClock });
  } finally {
    guest.close();
  }
};
