import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod/mini';
import { DeviceAddress, MessageId, Timestamp, Traceparent } from '#protocol';
import { withoutLogger } from './without-logger.ts';

const Wakeup = z.object({
  device: DeviceAddress,
  urgent: z.boolean(),
  /** When nobody wants the last of its mail any more. */
  expires: Timestamp,
  /** For whoever follows a message through logs; a release before this one did not tell. */
  messages: z._default(z.array(MessageId), []),
  traceparent: z.optional(Traceparent),
});
/** A device that had mail and was not connected. */
export type Wakeup = z.infer<typeof Wakeup>;

/** The reminder of that time, of a device. */
const reminder = { device: DeviceAddress, at: Timestamp };

/** What the notifier is told: mail has come for devices, a reminder is due, or needs no longer be made. */
export const Notice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mail'), devices: z.array(Wakeup) }),
  z.object({ kind: z.literal('due'), ...reminder }),
  z.object({ kind: z.literal('drained'), ...reminder }),
]);
export type Notice = z.infer<typeof Notice>;

/** Tells the notifier, by a topic. */
export const createWakeups = (topic: string) => {
  const client = withoutLogger(new SNSClient());
  const tell = async (notice: Notice): Promise<void> => {
    await client.send(new PublishCommand({ TopicArn: topic, Message: JSON.stringify(notice) }));
  };
  return {
    /**
     * It looks again whether the devices are connected, and wakes those that are not.
     * @throws when it could not be said: nobody may rely on it then
     */
    wake: async (devices: readonly Wakeup[]): Promise<void> => {
      if (devices.length > 0) await tell({ kind: 'mail', devices: [...devices] });
    },
    /** The device has fetched all its mail: it need not be reminded at that time. */
    drained: (device: DeviceAddress, at: number): Promise<void> => tell({ kind: 'drained', device, at }),
  };
};
export type Wakeups = ReturnType<typeof createWakeups>;
