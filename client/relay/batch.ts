import { countEnvelopes, limits, type Message } from '#protocol';

/** What a call of `relay.send` needs around its messages, its trace included, generously. */
const around = 256;

/**
 * Tells of one message after another whether it goes into the same call: the first always, others while the limits
 * of a call allow.
 */
export const createBatch = (): ((message: Message) => boolean) => {
  let [messages, envelopes, bytes] = [0, 0, around];
  return (message) => {
    messages += 1;
    envelopes += countEnvelopes(message);
    bytes += JSON.stringify(message).length + 1;
    return messages === 1 || (envelopes <= limits.batch && bytes <= limits.frame);
  };
};
