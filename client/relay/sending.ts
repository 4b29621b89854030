import type { MessageId } from '#protocol';

/** A message that is stored for every device it is for; `at` is the server's time. */
export type Accepted = { message: MessageId; at: number };

/** Resolves when the message is accepted; under which id its states are told is known before. */
export type Sending = Promise<Accepted> & { readonly message: MessageId };

export const startSending = (message: MessageId, start: (message: MessageId) => Promise<Accepted>): Sending =>
  Object.assign(start(message), { message });
