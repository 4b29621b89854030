import type { Fault, Injector } from '../../../faults/index.ts';
import { type Replica, type ReplicaOptions, startReplica } from './replica.ts';
import { type WrittenKey, writtenKeys } from './written-keys.ts';

export type Replicas = AsyncDisposable & {
  /** The one that belongs to a fault. */
  of: (fault: Fault) => Replica | undefined;
  /** What a write has to wait for: a replica holds all that was there before it began, and nothing of what came after. */
  filled: () => Promise<unknown> | undefined;
  /** To be told of what an operation has written. */
  note: (operation: string, input: unknown) => void;
  noteKey: (written: WrittenKey) => void;
};

/** A replica for each fault that serves stale reads, for as long as the fault lasts. */
export const keepReplicas = (faults: Injector, options: Omit<ReplicaOptions, 'longest' | 'random'>): Replicas => {
  const replicas = new Map<Fault, Replica>();
  const ending = new Set<Promise<void>>();
  const end = (fault: Fault): void => {
    const replica = replicas.get(fault);
    if (replica === undefined) return;
    replicas.delete(fault);
    const ended = dispose(replica).catch(options.onError);
    ending.add(ended);
    void ended.then(() => ending.delete(ended));
  };
  faults.watch((fault, random) => {
    if (fault.kind !== 'stale-read') return undefined;
    replicas.set(fault, startReplica({ ...options, random, longest: fault.milliseconds }));
    return { [Symbol.dispose]: () => end(fault) };
  });
  const noteKey = (written: WrittenKey): void => replicas.forEach((replica) => replica.note(written));
  return {
    of: (fault) => replicas.get(fault),
    filled: () =>
      replicas.size === 0 ? undefined : Promise.all([...replicas.values()].map((replica) => replica.filled)),
    note: (operation, input) => {
      if (replicas.size > 0) writtenKeys(options.tables, operation, input).forEach(noteKey);
    },
    noteKey,
    [Symbol.asyncDispose]: async () => {
      for (const fault of replicas.keys()) end(fault);
      await Promise.all(ending);
    },
  };
};

const dispose = async (replica: Replica): Promise<void> => replica[Symbol.asyncDispose]();
