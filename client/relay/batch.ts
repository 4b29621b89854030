import { countEnvelopes, limits, type Message } from '#protocol';

/** What a call of `relay.send` needs around its messages, generously. */
const around = 128;

/** How many of the messages, from the first on, go into one call: at least one, more while they fit its limits. */
export const fitting = (messages: readonly Message[]): number => {
  let envelopes = 0;
  let bytes = around;
  for (const [i, message] of messages.entries()) {
    envelopes += countEnvelopes(message);
    bytes += JSON.stringify(message).length + 1;
    if (i > 0 && (envelopes > limits.batch || bytes > limits.frame)) return i;
  }
  return messages.length;
};
