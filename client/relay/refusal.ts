import * as z from 'zod/mini';
import { type ErrorObject, limits, type MessageId, messageTime, Timestamp } from '#protocol';
import { ClientError } from '../errors.ts';

const Expired = z.object({ now: Timestamp });

/**
 * Why a message was refused. One whose id is ahead of time, as its device's clock was, may come again when its time has
 * come; `learnTime` is told the server's.
 */
export const readRefusal = (message: MessageId, object: ErrorObject, learnTime: (now: number) => void): ClientError => {
  const error = ClientError.from(object);
  const now = error.code === 'message_expired' ? Expired.safeParse(error.details).data?.now : undefined;
  const lead = now === undefined ? 0 : messageTime(message) - now;
  // What would wait for longer than others are tried, nobody would want any more.
  if (now === undefined || lead <= 0 || lead > limits.messageAge) return error;
  learnTime(now);
  const { code, details } = error;
  return new ClientError(code, { details, retryable: true, retryAfterMs: Math.max(0, lead - limits.messageLead) });
};
