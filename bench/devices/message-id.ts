import { randomBytes } from 'node:crypto';

/** A UUIDv7 (RFC 9562 §5.7) of a time in milliseconds since 1970. */
export const newMessageId = (at = Date.now()): string => {
  const time = at.toString(16).padStart(12, '0');
  const random = randomBytes(8).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(4)}`;
};
