import { limits } from '#protocol';
import type { Clock } from '../platform.ts';

/** One open socket. `close` is final at once: nothing is heard afterwards, whatever the network does. */
export type Wire = { send: (frame: string) => void; close: () => void };

export type Dialled = Wire | 'refused' | 'mute';

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

/**
 * Opens a socket. `refused`: by the cloud, or by the network on the way (a WebSocket does not tell which); `mute`: nobody
 * has answered in time.
 */
export const dial = ({ endpoint, protocols, clock, signal, onFrame, onClose }: Line): Promise<Dialled> =>
  new Promise((resolve) => {
    // An abort that is past would not be heard of any more.
    if (signal.aborted) return resolve('mute');
    let state: 'dialling' | 'open' | 'over' = 'dialling';
    const socket = new WebSocket(endpoint, protocols);

    const end = (how: 'refused' | 'mute') => {
      const before = state;
      state = 'over';
      cancel();
      signal.removeEventListener('abort', giveUp);
      socket.close();
      if (before === 'dialling') resolve(how);
      if (before === 'open') onClose();
    };
    const giveUp = () => end('mute');
    const cancel = clock.after(limits.call, giveUp);

    socket.addEventListener('open', () => {
      if (state !== 'dialling') return;
      state = 'open';
      cancel();
      resolve({ send: (frame) => socket.send(frame), close: giveUp });
    });
    socket.addEventListener('message', ({ data }) => {
      if (state === 'open' && typeof data === 'string') onFrame(data);
    });
    socket.addEventListener('error', () => end('refused'));
    socket.addEventListener('close', () => end('refused'));
    signal.addEventListener('abort', giveUp);
  });
