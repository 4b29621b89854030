import * as z from 'zod/mini';
import { DeviceAddress, limits } from '#protocol';
import { createQueue } from './queue.ts';

/** A push token that a device gives up, to be forgotten with its endpoint unless the device still has it. */
export const Release = z.object({ device: DeviceAddress, token: z.string() });
export type Release = z.infer<typeof Release>;

/** A device that is being unlinked: then the keys that it has left for others are forgotten. */
export const Departure = z.object({ departed: DeviceAddress });
export type Departure = z.infer<typeof Departure>;

/** Has forgotten, some time from now, what devices leave behind, when what gives reason for it has been written. */
export const createReleases = (url: string) => {
  const queue = createQueue(url);
  return { release: (all: readonly (Release | Departure)[]): Promise<void> => queue.send(all, limits.farewell) };
};
export type Releases = ReturnType<typeof createReleases>;
