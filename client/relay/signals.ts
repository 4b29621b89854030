import { type AccountId, type Bytes, type DeviceNumber, type MessageId, type Params } from '#protocol';
import { acceptChanged } from '../devices/accept-changed.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import { ClientError } from '../errors.ts';
import { recordOf } from './outgoing.ts';
import { recipients, type Self } from './recipients.ts';

/** Something that matters only now: it reaches the devices that are connected, and is stored nowhere. */
export type OutgoingSignal = {
  /** One account or several; the other devices of the own account always get it too. */
  to: AccountId | readonly AccountId[];
  body: Uint8Array;
};

export type IncomingSignal = {
  message: MessageId;
  sender: { account: AccountId; device: DeviceNumber };
  body: Bytes;
};

type Options = {
  lists: DeviceLists;
  self: Self;
  newId: () => MessageId;
  post: (signal: Params<'relay.signal'>) => Promise<unknown>;
};

/** Resolves when the relay has passed it on to whoever was there. */
export const sendSignal = async (outgoing: OutgoingSignal, options: Options): Promise<void> => {
  const { to, body } = recordOf(outgoing);
  const message = options.newId();
  const attempt = async () => options.post({ message, bodies: [body], to: await recipients(to, options) });
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'devices_changed') throw error;
    await acceptChanged(options.lists, error.details);
    await attempt();
  }
};
