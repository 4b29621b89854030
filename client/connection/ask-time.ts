import { limits, methods, type Result, subprotocol } from '#protocol';
import type { Clock } from '../platform.ts';
import { dial } from './dial.ts';
import { decodeFrame, encodeCall } from './frames.ts';

/** What `session.time` says to a question asked at `asked` (own clock). */
export type OnTime = (time: Result<'session.time'>, asked: number) => void;

type Question = { endpoint: string; clock: Clock; signal: AbortSignal; onTime: OnTime };

/** Connects once as a guest to ask the time. False when not even a guest gets an answer. */
export const askTime = async ({ endpoint, clock, signal, onTime }: Question): Promise<boolean> => {
  const { promise: answer, resolve } = Promise.withResolvers<string | undefined>();
  const onClose = () => resolve(undefined);
  const wire = await dial({ endpoint, protocols: [subprotocol], clock, signal, onFrame: resolve, onClose });
  if (typeof wire === 'string') return false;

  const asked = clock.now();
  const giveUp = clock.after(limits.call, () => wire.close());
  wire.send(encodeCall({ id: 1, method: 'session.time', params: {} }));
  const text = await answer;
  giveUp();
  wire.close();

  const frame = text === undefined ? undefined : decodeFrame(text);
  const time = methods['session.time'].result.safeParse(frame !== undefined && 'result' in frame ? frame.result : null);
  if (time.success) onTime(time.data, asked);
  return time.success;
};
