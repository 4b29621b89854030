import { type Device, type DeviceList, deviceListHash, succeeds } from './device-list.ts';

/**
 * What a signed list is to the one that is trusted: `newer` replaces it; `known` is the same; `older` was overtaken,
 * as a late event is; a `conflict` is a fork: no history that the account's devices agree on has both.
 */
export type Judgement = 'newer' | 'known' | 'older' | 'conflict';

const same = (a: Device, b: Device) => a.id === b.id && a.key === b.key && a.linkedAt === b.linkedAt;

/**
 * Whether lists that nobody has shown may lie between the two. What is known of them: each adds one device at most,
 * under its own version as number; none brings a number back; one that adds removes nothing, but that a recovery swaps
 * the primary, which never returns.
 */
const canFollow = (trusted: DeviceList, list: DeviceList): boolean => {
  const ids = new Set(trusted.devices.map(({ id }) => id));
  const kept = list.devices.filter(({ id }) => id <= trusted.version);
  const areKept = kept.every((device) => trusted.devices.some((other) => same(device, other)));
  const isRecovered = list.primary !== trusted.primary;
  if (!areKept || (isRecovered && kept.some(({ id }) => id === trusted.primary || id === list.primary))) return false;

  const removed = ids.size - kept.length - (isRecovered ? 1 : 0);
  const added = list.devices.length - kept.length;
  return added + (removed > 0 ? 1 : 0) <= list.version - trusted.version;
};

/**
 * Whether a list may take the place of the trusted one, versions between them unseen: clients ask it of what they are
 * shown, the cloud of what it is brought after a restore. The signature is `isSignedBy`'s matter.
 */
export const judgeList = (trusted: DeviceList | undefined, list: DeviceList): Judgement => {
  if (trusted === undefined) return 'newer';
  const ahead = list.version - trusted.version;
  if (ahead === 0) return deviceListHash(list) === deviceListHash(trusted) ? 'known' : 'conflict';
  if (ahead === -1) return deviceListHash(list) === trusted.previous ? 'older' : 'conflict';
  if (ahead < -1) return 'older';
  if (ahead === 1) return succeeds(trusted, list).kind === 'refused' ? 'conflict' : 'newer';
  return canFollow(trusted, list) ? 'newer' : 'conflict';
};
