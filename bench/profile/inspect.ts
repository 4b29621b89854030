import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import type { RunningCloud } from '../run-cloud.ts';
import { CpuProfile } from './cpu-profile.ts';

/** What the inspector says: an answer to a command, or an event (Chrome DevTools Protocol). */
const Said = z.object({
  id: z.optional(z.int()),
  result: z.optional(z.unknown()),
  method: z.optional(z.string()),
  params: z.optional(z.unknown()),
});
type Said = z.infer<typeof Said>;
const Attached = z.object({ sessionId: z.string() });
const FromWorker = z.object({ sessionId: z.string(), message: z.string() });
const Profiled = z.object({ profile: CpuProfile });

/** The profiles of a process's threads. */
export type ThreadProfiles = { main: CpuProfile; workers: CpuProfile[] };

/** Microseconds between two samples. */
const interval = 500;

/** Profiles all threads that a cloud has while the work lasts. It must have been run to be inspectable. */
export const profileCloud = async (
  { pid, complaints }: Pick<RunningCloud, 'pid' | 'complaints'>,
  work: () => Promise<unknown>,
): Promise<ThreadProfiles> => {
  const url = listening(complaints);
  // Node opens its inspector when it is told so.
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await url, { perMessageDeflate: false });
  await once(socket, 'open');
  const main = openSession((text) => socket.send(text));
  const workers = new Map<string, Session>();
  const hear = ({ method, params }: Said) => {
    if (method === 'NodeWorker.attachedToWorker') {
      const { sessionId } = Attached.parse(params);
      const pass = (message: string) => void main.ask('NodeWorker.sendMessageToWorker', { sessionId, message });
      workers.set(sessionId, openSession(pass));
    } else if (method === 'NodeWorker.receivedMessageFromWorker') {
      const { sessionId, message } = FromWorker.parse(params);
      workers.get(sessionId)?.hear(Said.parse(JSON.parse(message)));
    } else if (method === 'NodeWorker.detachedFromWorker') {
      workers.delete(Attached.parse(params).sessionId);
    }
  };
  socket.on('message', (data: Buffer) => {
    const said = Said.parse(JSON.parse(data.toString()));
    if (said.id === undefined) hear(said);
    else main.hear(said);
  });

  await main.ask('NodeWorker.enable', { waitForDebuggerOnStart: false });
  // Every worker is told of by then.
  await delay(100);
  const threads = [main, ...workers.values()];
  for (const thread of threads) await begin(thread);
  await work();
  const [first, ...others] = await Promise.all(threads.map(end));
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  if (first === undefined) throw new Error('The main thread has no profile.');
  return { main: first, workers: others };
};

const listening = (complaints: RunningCloud['complaints']): Promise<string> =>
  new Promise((resolve) => {
    const hear = (text: string) => {
      const [, url] = /Debugger listening on (ws:\S+)/.exec(text) ?? [];
      if (url === undefined) return;
      complaints.off('data', hear);
      resolve(url);
    };
    complaints.on('data', hear);
  });

type Session = { ask: (method: string, params?: object) => Promise<unknown>; hear: (said: Said) => void };

const openSession = (send: (text: string) => void): Session => {
  const pending = new Map<number, (result: unknown) => void>();
  let asked = 0;
  return {
    ask: (method, params = {}) => {
      const id = (asked += 1);
      const { promise, resolve } = Promise.withResolvers<unknown>();
      pending.set(id, resolve);
      send(JSON.stringify({ id, method, params }));
      return promise;
    },
    hear: ({ id = 0, result }) => {
      pending.get(id)?.(result);
      pending.delete(id);
    },
  };
};

const begin = async ({ ask }: Session): Promise<void> => {
  await ask('Profiler.enable');
  await ask('Profiler.setSamplingInterval', { interval });
  await ask('Profiler.start');
};

const end = async ({ ask }: Session): Promise<CpuProfile> => Profiled.parse(await ask('Profiler.stop')).profile;
