import { limits } from '#protocol';
import type { Clock } from '../platform.ts';

/** One open socket. `close` is final at once: nothing is heard afterwards, whatever the network does. */
export type Wire = { send: (frame: string) => void; close: () => void };

type Line = {
  endpoint: string;
  protocols: string[];
  clock: Clock;
  /** Hangs up, dialling or open. */
  signal: AbortSignal;
  onFrame: (text: string) => void;
  /** Once, when an open socket is gone. */
  onClose: () => void;
};

/** Opens a socket; undefined when it was refused or nobody answered (a WebSocket does not tell which). */
export const dial = ({ endpoint, protocols, clock, signal, onFrame, onClose }: Line): Promise<Wire | undefined> =>
  new Promise((resolve) => {
    // An abort that is past would not be heard of any more.
    if (signal.aborted) return resolve(undefined);
    let state: 'dialling' | 'open' | 'over' = 'dialling';
    const socket = new WebSocket(endpoint, protocols);

    const end = () => {
      const before = state;
      state = 'over';
      cancel();
      signal.removeEventListener('abort', end);
      socket.close();
      if (before === 'dialling') resolve(undefined);
      if (before === 'open') onClose();
    };
    const cancel = clock.after(limits.call, end);

    socket.addEventListener('open', () => {
      if (state !== 'dialling') return;
      state = 'open';
      cancel();
      resolve({ send: (frame) => socket.send(frame), close: end });
    });
    socket.addEventListener('message', ({ data }) => {
      if (state === 'open' && typeof data === 'string') onFrame(data);
    });
    socket.addEventListener('error', end);
    socket.addEventListener('close', end);
    signal.addEventListener('abort', end);
  });
