import type { DeviceList } from '#protocol';

const day = 24 * 60 * 60 * 1000;

/** Whether the primary should sign its list anew: it is 30 days old. */
export const isDue = ({ issuedAt }: DeviceList, now: number): boolean => now - issuedAt > 30 * day;

/** Whether a list is older than any whose primary has been online: 60 days. */
export const isStale = ({ issuedAt }: DeviceList, now: number): boolean => now - issuedAt > 60 * day;
