import * as z from 'zod/mini';
import { DeviceAddress, limits } from '#protocol';
import { createQueue } from './queue.ts';

/** A connection to be closed, unless it is then the one of that device, which is still linked. */
export const Closing = z.object({ connection: z.string(), unless: z.optional(DeviceAddress) });
export type Closing = z.infer<typeof Closing>;

/** Closes connections some time from now, when what was said on them last has been heard. */
export const createClosing = (url: string) => {
  const queue = createQueue(url);
  return {
    /** `after` is in milliseconds, at most 15 minutes. */
    close: (closings: readonly Closing[], after: number = limits.farewell): Promise<void> =>
      queue.send(closings, after),
  };
};
export type CloseLater = ReturnType<typeof createClosing>;
