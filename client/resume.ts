import { readAccount } from './account.ts';
import { ServerClock } from './connection/server-clock.ts';
import { readEndpoint } from './endpoint.ts';
import { type Platform, platform as thisPlatform } from './platform.ts';
import type { Store } from './store.ts';
import { openSession } from './tabs/open-session.ts';

export type ResumeOptions = {
  store: Store;
  /** Where the cloud is now, when it has moved. */
  endpoint?: string;
  platform?: Platform;
};

/** The session of the device in the store; undefined when there is none, or its registration was never answered. */
export const resume = async ({ store, endpoint, platform = thisPlatform }: ResumeOptions) => {
  const kept = await readAccount(store);
  if (kept?.registered !== true) return undefined;
  const account = endpoint === undefined ? kept : { ...kept, endpoint: readEndpoint(endpoint) };
  return openSession({ account, store, platform, serverClock: new ServerClock(platform.clock) });
};
