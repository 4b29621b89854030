import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod/mini';
import { DeviceAddress } from '#protocol';

/** Devices that had mail and were not connected. */
export const Wakeup = z.object({ devices: z.array(z.object({ device: DeviceAddress, urgent: z.boolean() })) });
export type Wakeup = z.infer<typeof Wakeup>;

/** Tells the notifier, by a topic: it looks again whether the devices are connected, and wakes those that are not. */
export const createWakeups = (topic: string) => {
  const client = new SNSClient();
  return {
    /** @throws when it could not be said: nobody may rely on it then */
    wake: async (devices: Wakeup['devices']): Promise<void> => {
      if (devices.length === 0) return;
      const wakeup: Wakeup = { devices };
      await client.send(new PublishCommand({ TopicArn: topic, Message: JSON.stringify(wakeup) }));
    },
  };
};
export type Wakeups = ReturnType<typeof createWakeups>;
