import { type CallId, limits, type MethodName, type Params, ServerFrame, type Traceparent, utf8 } from '#protocol';
import { ClientError } from '../errors.ts';

type Sent<M extends MethodName> = { id?: CallId; method: M; params: Params<M>; traceparent?: Traceparent | undefined };

/** The frame of a call, or of a notification when it has no id. @throws `frame_too_large` before anything is sent. */
export const encodeCall = <M extends MethodName>(call: Sent<M>): string => {
  const frame = JSON.stringify({ jsonrpc: '2.0', ...call });
  const size = utf8(frame).length;
  if (size <= limits.frame) return frame;
  const details = `${call.method} takes ${size} bytes, a frame ${limits.frame}`;
  throw new ClientError('frame_too_large', { details });
};

/** What a frame of the server says; undefined when it is nothing that this version knows. */
export const decodeFrame = (text: string): ServerFrame | undefined => {
  try {
    return ServerFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
