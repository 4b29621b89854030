import { type Cloud, runningClock, startCloud } from '#local';
import { type DirectoryReader, openDirectory } from './directory.ts';
import { staleReads } from './faults.ts';

/** A cloud with a time of its own, in which one history is played after the other. */
export type Lane = AsyncDisposable & {
  cloud: Cloud;
  directory: DirectoryReader;
  advance: (milliseconds: number) => Promise<void>;
  /** Whether functions are told of connections that end: they need not be of those that are done with. */
  tellDisconnects: (tell: boolean) => void;
  /** Resolves once no function runs: what was not waited for may still write. */
  settled: () => Promise<void>;
};

export const openLane = async (app: string, seed: number): Promise<Lane> => {
  await using opening = new AsyncDisposableStack();
  const clock = runningClock();
  const cloud = opening.use(await startCloud({ app, clock, faults: { seed, faults: [staleReads] } }));
  const directory = opening.use(await openDirectory(cloud.aws));
  const running = new Set<string>();
  const waiting = new Set<() => void>();
  opening.defer(
    cloud.lambda.onActivity(({ kind, requestId }) => {
      if (kind === 'started') running.add(requestId);
      else running.delete(requestId);
      for (const wake of waiting) wake();
    }),
  );
  let silence: Disposable | undefined;
  const tellDisconnects = (tell: boolean) => {
    if (tell) silence?.[Symbol.dispose]();
    silence = tell ? undefined : (silence ?? cloud.faults.add({ kind: 'drop-disconnect' }, 'silence'));
  };
  const settled = async () => {
    while (running.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    }
  };
  const opened = opening.move();
  const { advance } = clock;
  return { cloud, directory, advance, tellDisconnects, settled, [Symbol.asyncDispose]: () => opened.disposeAsync() };
};
