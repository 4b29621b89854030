import { setTimeout as delay } from 'node:timers/promises';
import { events } from '#protocol';
import { messageTo, send } from '../../fixtures/mail.ts';
import { connectDevice, succeed, type Wire } from '../../fixtures/wire.ts';
import { registerAccount, type TestAccount } from '../../fixtures/world.ts';

type Neighbour = { account: TestAccount; wire: Wire };

/** How long anything may take on a machine that is kept busy. */
const patience = 15_000;
const attempts = 3;
const pause = 100;

const isOpen = ({ wire: { socket } }: Neighbour): boolean => socket.readyState === socket.OPEN;

const moveIn = async (endpoint: string): Promise<Neighbour> => {
  const account = await registerAccount(endpoint);
  return { account, wire: await connectDevice(endpoint, account.phone) };
};

/** Waits for a message, and acknowledges all that comes until then. */
const receive = async (wire: Wire, message: string): Promise<void> => {
  for (;;) {
    const { envelopes } = events['relay.deliver'].parse(await wire.event('relay.deliver', patience));
    const ids = envelopes.map(({ id }) => id);
    wire.tell('relay.ack', { envelopes: ids });
    if (ids.some((id) => id.startsWith(message))) return;
  }
};

/** One word from one to the other. */
const write = async (from: Neighbour, to: Neighbour): Promise<void> => {
  await succeed(from.wire, 'session.time', {});
  const message = messageTo(to.account, 'how are you?');
  await Promise.all([send(from.wire, message), receive(to.wire, message.message)]);
  from.wire.frames.length = 0;
};

/** Whether a word got through: a call may fail, and is made again, as any client would. */
const isHeard = async (from: Neighbour, to: Neighbour): Promise<boolean> => {
  for (let attempt = 0; attempt < attempts && isOpen(from) && isOpen(to); attempt += 1) {
    try {
      await write(from, to);
      return true;
    } catch {
      // Counted when it fails for good.
    }
  }
  return false;
};

/** Two phones that write to each other now and then, while others behave as badly as they can. */
export const startNeighbours = async (endpoint: string) => {
  const [ada, ben] = await Promise.all([moveIn(endpoint), moveIn(endpoint)]);
  const lost = new Set<Neighbour>();
  const stop = new AbortController();
  let turns = 0;

  const live = async () => {
    while (!stop.signal.aborted && lost.size === 0) {
      if (!(await isHeard(ada, ben))) lost.add(isOpen(ada) ? ben : ada);
      if (!(await isHeard(ben, ada))) lost.add(isOpen(ben) ? ada : ben);
      turns += 1;
      await delay(pause, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const living = live();

  return {
    /** Ends it; how many of them were closed or got nothing any more, and how often they wrote. */
    leave: async () => {
      stop.abort();
      await living;
      return { closed: lost.size, turns };
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all([ada, ben].map(({ wire }) => wire[Symbol.asyncDispose]()));
      await living;
    },
  };
};
