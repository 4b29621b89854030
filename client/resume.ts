import { readAccount } from './account.ts';
import { ServerClock } from './connection/server-clock.ts';
import type { DeviceOptions } from './device-options.ts';
import { readEndpoint } from './endpoint.ts';
import { platform as thisPlatform } from './platform.ts';
import { openSession } from './tabs/open-session.ts';

export type ResumeOptions = DeviceOptions & {
  /** Where the cloud is now, when it has moved. */
  endpoint?: string;
};

/** The session of the device in the store; undefined when there is none, or its registration was never answered. */
export const resume = async ({ store, endpoint, receipts = false, platform = thisPlatform }: ResumeOptions) => {
  const kept = await readAccount(store);
  if (kept?.registered !== true) return undefined;
  const account = endpoint === undefined ? kept : { ...kept, endpoint: readEndpoint(endpoint) };
  return openSession({ account, store, platform, receipts, serverClock: new ServerClock(platform.clock) });
};
