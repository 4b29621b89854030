/** How long a device remembers what it has sent and received: senders repeat a message for seven days at most. */
export const memory = 8 * 24 * 60 * 60 * 1000;
