import { fromBase64Url, type Message, toBase64Url } from '#protocol';
import type { DeviceLists } from '../devices/device-lists.ts';
import { ClientError } from '../errors.ts';
import { isOverdue } from './outgoing.ts';
import type { Kept } from './outgoing-records.ts';
import { recipients, type Self } from './recipients.ts';
import { contentRoom, encodePayload } from './streams/payload.ts';
import type { SendingStreams } from './streams/sending-streams.ts';

type Options = { lists: DeviceLists; self: Self; streams: SendingStreams; now: () => number };

/**
 * A message to the devices that its accounts have by the lists known now.
 * @throws `message_expired`, `body_invalid`, and what {@link recipients} throws
 */
export const address = async ({ message, record }: Kept, options: Options): Promise<Message> => {
  const { streams, self, now } = options;
  const { to: accounts, body, urgent, ttl, alone } = record;
  if (isOverdue(message, record, now())) throw new ClientError('message_expired');
  const to = await recipients(alone === true ? accounts : [...accounts, self.account], options);
  const header = await streams.place(record.header, to);
  const content = fromBase64Url(body);
  const room = contentRoom(header);
  if (content.length > room) {
    throw new ClientError('body_invalid', { details: `${content.length} bytes, where ${room} have room` });
  }
  return { message, bodies: [toBase64Url(encodePayload({ header, content }))], to, urgent, ttl };
};
