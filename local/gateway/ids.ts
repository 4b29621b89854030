import { randomBytes } from 'node:crypto';

/** An id as API Gateway makes them for connections, requests and messages: it ends in `=`, so URLs must encode it. */
export const newId = (): string => `${randomBytes(11).toString('base64url')}=`;

/** A root trace id by the X-Ray format: version, epoch seconds in hex, 96 random bits. */
export const newTraceId = (now: number): string =>
  `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
