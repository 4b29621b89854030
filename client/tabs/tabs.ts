/** Web Locks (W3C), as far as tabs need them. */
export type Locks = {
  request: (
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    held: (lock: unknown) => Promise<void> | undefined,
  ) => Promise<unknown>;
};

/** A BroadcastChannel (HTML standard): what one tab posts, all others hear. */
export type Channel = { post: (message: unknown) => void; close: () => void };

/** By what tabs of one origin know of each other. */
export type Tabs = {
  locks: Locks;
  openChannel: (name: string, hear: (message: unknown) => void) => Channel;
};

const openChannel: Tabs['openChannel'] = (name, hear) => {
  const channel = new BroadcastChannel(name);
  channel.addEventListener('message', (event) => {
    if (event instanceof MessageEvent) hear(event.data);
  });
  return { post: channel.postMessage.bind(channel), close: () => channel.close() };
};

/** This platform's; undefined where it has none, as in React Native, Node before 24.5, or a page without TLS. */
export const findTabs = (): Tabs | undefined => {
  const { navigator, BroadcastChannel }: { navigator?: { locks?: Locks }; BroadcastChannel?: unknown } = globalThis;
  const locks = navigator?.locks;
  return locks === undefined || BroadcastChannel === undefined ? undefined : { locks, openChannel };
};
