import { setTimeout as delay } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { MethodName, Params, ServerFrame } from '#protocol';
import { errors, events, isEvent, methods, ServerFrame as Frame } from '#protocol';
import type { Wire } from '../../fixtures/wire.ts';
import type { Journal, Outcome } from './journal.ts';

/** Longer than anything the cloud has time for, on a machine that has other things to do. */
export const patience = 60_000;

/** A connection whose calls may be answered, refused, or get no answer. */
export type Line = {
  isOpen: () => boolean;
  ask: <M extends MethodName>(method: M, params: Params<M>) => Promise<Outcome<M>>;
  die: () => void;
};

type Answer = { result: unknown } | { error: Extract<ServerFrame, { error: unknown }>['error'] } | { lost: string };
type Pending = { answer: (answer: Answer) => void };

/** Takes over a connection: every frame on it is judged by the protocol, and what violates it is put down. */
export const openLine = (wire: Wire, { name, journal }: { name: string; journal: Journal }): Line => {
  const pending = new Map<unknown, Pending>();
  let failures = 0;
  let open = true;
  const loseAll = (why: string) => {
    for (const { answer } of pending.values()) answer({ lost: why });
    pending.clear();
    failures = 0;
  };
  /** The gateway's own word has no id: it is clear whose it is once so many calls are unanswered as it failed. */
  const fail = (why: string) => {
    failures += 1;
    if (pending.size <= failures) loseAll(why);
  };
  const hear = (event: string, params: unknown) => {
    const parsed = isEvent(event) ? events[event].safeParse(params) : undefined;
    if (isEvent(event) && parsed?.success === true) journal.told({ by: name, event, params: parsed.data });
    else journal.violated(`${name} hears ${event}, which is not in the protocol: ${JSON.stringify(params)}`);
  };
  const take = (frame: ServerFrame) => {
    if ('connectionId' in frame) return fail(frame.message);
    if (!('id' in frame)) return hear(frame.method, frame.params);
    pending.get(frame.id)?.answer('error' in frame ? { error: frame.error } : { result: frame.result });
    pending.delete(frame.id);
    if (failures > 0 && pending.size <= failures) loseAll('the gateway failed');
  };

  for (const frame of wire.frames.splice(0)) take(frame);
  wire.socket.on('message', (data: Buffer) => take(Frame.parse(JSON.parse(data.toString()))));
  wire.socket.once('close', () => {
    open = false;
    loseAll('the connection ended');
  });

  const answerTo = async (method: string, params: unknown): Promise<Answer> => {
    const id = randomUUID();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    pending.set(id, { answer: resolve });
    wire.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const ended = new AbortController();
    const late = delay(patience, { lost: 'it hangs' }, { signal: ended.signal }).catch(() => ({ lost: '' }));
    const answer = await Promise.race([promise, late]);
    ended.abort();
    if (pending.delete(id)) journal.violated(`${method} of ${name} is not answered within ${patience} ms`);
    return answer;
  };
  return {
    isOpen: () => open && wire.socket.readyState === wire.socket.OPEN,
    die: () => wire.socket.terminate(),
    ask: async <M extends MethodName>(method: M, params: Params<M>): Promise<Outcome<M>> => {
      if (!open) return { kind: 'lost', why: 'the connection has ended' };
      const answer = await answerTo(method, params);
      if ('lost' in answer) return { kind: 'lost', why: answer.lost };
      if ('error' in answer) {
        const { code, data } = answer.error;
        const known = Object.entries(errors).find(([name, { rpc }]) => name === data.code && rpc === code);
        if (known === undefined || data.code === 'internal') {
          journal.violated(`${method} of ${name} is refused with ${JSON.stringify(answer.error)}`);
        }
        return { kind: 'refused', error: answer.error };
      }
      const result = methods[method].result.safeParse(answer.result);
      if (result.success) return { kind: 'done', result: result.data };
      journal.violated(`${method} of ${name} is answered ${JSON.stringify(answer.result)}`);
      return { kind: 'lost', why: 'the answer is none' };
    },
  };
};
