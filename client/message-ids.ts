import { limits, type MessageId } from '#protocol';
import { randomBytes } from './platform.ts';

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/**
 * Makes message ids: UUIDv7 (RFC 9562 §5.7). Those of one millisecond count up in `rand_a` from a random start
 * (§6.2, method 1), so that ids sort as they were made; when the count is full, the next millisecond is borrowed. A clock
 * that was so far ahead that the server refuses what it made is not waited for.
 */
export const messageIds = (now: () => number): (() => MessageId) => {
  let time = 0;
  let count = 0;

  return () => {
    const [high = 0, low = 0, ...tail] = randomBytes(10);
    const at = Math.floor(now());
    if (at > time || time - at > limits.messageLead || count === 0xfff) {
      time = time - at > limits.messageLead ? at : Math.max(at, time + 1);
      count = ((high << 8) | low) & 0x7ff;
    } else {
      count += 1;
    }
    const random = tail.map((byte, i) => hex(i === 0 ? (byte & 0x3f) | 0x80 : byte, 2)).join('');
    const stamp = hex(time, 12);
    return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${hex(count, 3)}-${random.slice(0, 4)}-${random.slice(4)}`;
  };
};
