import type { Platform } from './application.ts';
import type { PushContent } from './push-content.ts';

/** What a phone would have got. */
export type Push = PushContent & {
  /** The id of the message that was published. */
  message: string;
  platform: Platform;
  /** The ARNs of the application and of the phone's endpoint. */
  application: string;
  endpoint: string;
  token: string;
  /** When it was sent, in milliseconds since 1970. */
  at: number;
};

export type Outbox = {
  /** The latest thousand, oldest first. */
  pushes: () => readonly Push[];
  /** Tells of each push from now on; returns what ends that. */
  onPush: (listener: (push: Push) => void) => () => void;
};

const kept = 1000;

/** Stands for the push providers: what is added to it has reached them. */
export const openOutbox = (): Outbox & { add: (push: Push) => void } => {
  const pushes: Push[] = [];
  const listeners = new Set<(push: Push) => void>();
  return {
    pushes: () => pushes,
    onPush: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add: (push) => {
      pushes.push(push);
      if (pushes.length > kept) pushes.shift();
      for (const listener of listeners) listener(push);
    },
  };
};
