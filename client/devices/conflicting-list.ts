import * as z from 'zod/mini';
import { DeviceList } from '#protocol';
import { ClientError } from '../errors.ts';

const Conflict = z.object({ deviceList: DeviceList });

/** The list that came first, as `list_conflict` tells it; nobody has checked it yet. @throws any other error again */
export const conflictingList = (error: unknown): DeviceList | undefined => {
  if (!(error instanceof ClientError) || error.code !== 'list_conflict') throw error;
  return Conflict.safeParse(error.details).data?.deviceList;
};
