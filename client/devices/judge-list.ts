import { type DeviceList, deviceListHash, succeeds } from '#protocol';

/**
 * What a signed list is to the one that is trusted: `newer` replaces it; `known` is the same; `earlier` is the very
 * list before it, which a late event brings; a `conflict` is a fork or an older list than has been seen, by which a
 * server could bring back a device that was unlinked.
 */
export type Judgement = 'newer' | 'known' | 'earlier' | 'conflict';

export const judgeList = (trusted: DeviceList | undefined, list: DeviceList): Judgement => {
  if (trusted === undefined) return 'newer';
  if (list.version === trusted.version) return deviceListHash(list) === deviceListHash(trusted) ? 'known' : 'conflict';
  if (list.version < trusted.version) return deviceListHash(list) === trusted.previous ? 'earlier' : 'conflict';
  if (list.version > trusted.version + 1) return 'newer';
  return succeeds(trusted, list).kind === 'refused' ? 'conflict' : 'newer';
};
