import { randomBytes } from 'node:crypto';
import { type AccountId, type DeviceAddress, envelopeIdOf, hash } from '#protocol';
import { encodePayload } from '../../client/relay/streams/payload.ts';
import { origin, runningHash } from '../../client/relay/streams/running-hash.ts';
import { newMessageId } from '../devices/message-id.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * A month's messages of one device to an account, as the SDK numbers them; each body begins with its place in 32 bits,
 * from 1.
 */
export function* streamMail(
  count: number,
  { sender, account, bytes }: { sender: DeviceAddress; account: AccountId; bytes: number },
) {
  const since = Date.now() - 29 * day;
  let running = origin;
  for (let number = 1; number <= count; number += 1) {
    const content = randomBytes(bytes);
    content.writeUInt32BE(number);
    const message = newMessageId(since + number * 20);
    const body = encodePayload({
      header: { v: 1, kind: 'message', streams: { [account]: [number, running] } },
      content,
    });
    running = runningHash(running, { message, digest: hash(content) });
    yield { id: envelopeIdOf(message, sender), body };
  }
}
