import {
  type AccountId,
  type Bytes,
  type DeviceAddress,
  type Envelope,
  envelopeIdOf,
  fromBase64Url,
  hash,
  type Message,
  toBase64Url,
} from '#protocol';
import { messageIds } from '../../../client/message-ids.ts';
import { giveNumbers, type StreamHeads } from '../../../client/relay/streams/numbering.ts';
import { decodePayload, encodePayload, type Payload } from '../../../client/relay/streams/payload.ts';

const newId = messageIds(Date.now);

export const envelopeOf = (sender: DeviceAddress, payload: Payload, at = 7): Envelope => ({
  id: envelopeIdOf(newId(), sender),
  body: toBase64Url(encodePayload(payload)),
  at,
});

/** A device that writes to accounts: each of its messages as an envelope, with the next number in the streams to them. */
export const writer = (sender: DeviceAddress, ...to: AccountId[]) => {
  let heads: StreamHeads = new Map();
  return (content: Bytes | string, at = 7): Envelope => {
    const bytes = typeof content === 'string' ? Uint8Array.from(Buffer.from(content)) : content;
    const id = envelopeIdOf(newId(), sender);
    const numbered = giveNumbers(heads, to, { message: id.slice(0, 36), digest: hash(bytes) });
    heads = new Map([...heads, ...numbered.heads]);
    const payload: Payload = { header: { v: 1, kind: 'message', streams: numbered.streams }, content: bytes };
    return { id, body: toBase64Url(encodePayload(payload)), at };
  };
};

/** What the first body of a message says. */
export const payloadOf = (message: Message | undefined): Payload => {
  const payload = decodePayload(fromBase64Url(message?.bodies[0] ?? ''));
  if (payload === undefined) throw new Error('not a payload');
  return payload;
};
