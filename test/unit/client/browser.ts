import { randomUUID } from 'node:crypto';
import type { Platform } from '../../../client/platform.ts';
import { resume } from '../../../client/resume.ts';
import type { Store } from '../../../client/store.ts';
import { findTabs, type Tabs } from '../../../client/tabs/tabs.ts';

const never = () => new Promise<never>(() => {});

type World = { store: Store; platform: Platform; tabs: Tabs; onGranted: () => void };

/** What a tab has of the world, until it is killed: from then on nothing comes of what it does. */
const mortal = ({ store, platform, tabs, onGranted }: World) => {
  const { promise: death, resolve: die } = Promise.withResolvers<void>();
  const channels = new Set<{ close: () => void }>();
  const life = { isOver: false };

  const mortalStore: Store = {
    get: (key) => (life.isOver ? never() : store.get(key)),
    put: (entries) => (life.isOver ? never() : store.put(entries)),
    delete: (keys) => (life.isOver ? never() : store.delete(keys)),
    list: (...wanted) => (life.isOver ? never() : store.list(...wanted)),
  };
  const mortalTabs: Tabs = {
    locks: {
      request: (name, options, held) =>
        tabs.locks.request(name, options, (lock) => {
          if (lock !== null && life.isOver) return undefined;
          const holding = held(lock);
          if (lock !== null) onGranted();
          return holding && Promise.race([holding, death]);
        }),
    },
    openChannel: (name, hear) => {
      const channel = tabs.openChannel(name, (message) => life.isOver || hear(message));
      channels.add(channel);
      return { ...channel, post: (message) => life.isOver || channel.post(message) };
    },
  };
  const { clock, random } = platform;
  const mortalClock = {
    ...clock,
    after: (delay: number, callback: () => void) => clock.after(delay, () => life.isOver || callback()),
  };
  const kill = () => {
    life.isOver = true;
    for (const channel of channels) channel.close();
    die();
  };
  return { store: mortalStore, platform: { clock: mortalClock, random, tabs: mortalTabs }, kill };
};

/**
 * A browser that has a device in its store. Its tabs share real locks and a real channel with each other, and with no
 * other browser.
 */
export const startBrowser = ({ store, platform }: { store: Store; platform: Platform }) => {
  const real = findTabs();
  if (real === undefined) throw new Error('Node has Web Locks since 24.5');
  const origin = randomUUID();
  const said: unknown[] = [];
  const lost = new Set<string>();
  const ears = new Set<(message: unknown) => void>();
  const tabs: Tabs = {
    locks: { request: (name, options, held) => real.locks.request(`${origin}/${name}`, options, held) },
    openChannel: (name, hear) => {
      const channel = real.openChannel(`${origin}/${name}`, hear);
      ears.add(hear);
      const post = (message: unknown) => {
        said.push(message);
        if (!lost.has(kindOf(message))) channel.post(message);
      };
      return { ...channel, post };
    },
  };

  return {
    /** All that its tabs have said to each other. */
    said,
    /** What its tabs say of this kind comes nowhere: later than it matters. */
    lose: (kind: string) => lost.add(kind),
    /** Says something to all tabs. */
    say: (message: unknown) => {
      for (const hear of ears) hear(message);
    },
    /** `onGranted` is called when the tab has got the lock, before it knows. */
    openTab: async (onGranted = () => {}) => {
      const { kill, ...world } = mortal({ store, platform, tabs, onGranted });
      const session = await resume(world);
      if (session === undefined) throw new Error('the store holds no device');
      return { session, kill };
    },
  };
};

const kindOf = (message: unknown): string =>
  typeof message === 'object' && message !== null && 'kind' in message ? String(message.kind) : '';
