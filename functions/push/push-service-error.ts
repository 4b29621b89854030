type Given = { status?: number; cause?: unknown };

/**
 * A push service was not reached, or did not take a push; it may do so later. Named by its status, since a log has names
 * only. Says nothing of the subscription: its address is as good as a key.
 */
export class PushServiceError extends Error {
  constructor({ status, cause }: Given) {
    super(status === undefined ? 'The push service did not answer.' : `The push service answered ${status}.`, {
      cause,
    });
    this.name = `PushService${status ?? 'Unreachable'}`;
  }
}
