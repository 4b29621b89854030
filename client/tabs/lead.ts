import { ClientError } from '../errors.ts';
import type { LocalSession } from '../session.ts';
import type { SessionEvents } from '../session-events.ts';
import { type ActionName, actions, isAction } from './actions.ts';
import { toFailure } from './failure.ts';
import { Offers } from './offers.ts';
import { Ending, type Room, type Said } from './room.ts';
import { type ToldName, toldNames } from './told.ts';

type Options = {
  session: LocalSession;
  room: Room;
  /** This tab. */
  tab: string;
  /** The server's time. */
  now: () => number;
  emit: <E extends ToldName>(name: E, detail: SessionEvents[E]) => void;
  onOnline: () => void;
  onWithdrawn: (code: string) => void;
  /** The device or this session of it is no more. */
  onEnded: (why: Ending) => void;
  onError: (error: unknown) => void;
};

type Answer = { succeed: (result: unknown) => void; fail: (error: unknown) => void };

const finals: ReadonlySet<ActionName> = new Set(['leave', 'deleteAccount']);

/** What the leading tab does: it has the session, acts for all tabs, and tells them what happens. */
export class Lead {
  readonly session: LocalSession;
  readonly #options: Options;
  readonly #offers: Offers;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: Options) {
    const { session, room, onWithdrawn, onEnded, onError } = options;
    this.session = session;
    this.#options = options;
    this.#offers = new Offers(session, (code) => {
      room.say({ kind: 'withdrawn', code });
      onWithdrawn(code);
    });
    for (const name of toldNames) session.on(name, (detail) => this.#tell(name, detail));
    for (const why of Ending.options) session.on(why, () => onEnded(why));
    session.on('online', () => this.announce());
    session.on('error', onError);
  }

  /** Tells the others that, and how, this tab leads. */
  announce(): void {
    const { session, room, tab, now, onOnline } = this.#options;
    room.say({ kind: 'leader', leader: tab, online: session.online, now: now() });
    onOnline();
  }

  /** What another tab asks for. What is not done because this tab goes stays unanswered, and is asked of the next. */
  take({ tab, call, action, params }: Extract<Said, { kind: 'call' }>): void {
    if (!isAction(action)) return;
    const { room } = this.#options;
    const succeed = (result: unknown) => room.say({ kind: 'result', tab, call, result });
    const fail = (error: unknown) => {
      const isGoing = error instanceof ClientError && error.code === 'closed';
      if (!isGoing) room.say({ kind: 'failure', tab, call, failure: toFailure(error) });
    };
    void this.act(action, params, { succeed, fail });
  }

  async act(action: ActionName, params: unknown, { succeed, fail }: Answer): Promise<void> {
    const running = actions[action].serve({ session: this.session, offers: this.#offers }, params);
    this.#running.add(running);
    try {
      succeed(await running);
      if (finals.has(action)) this.#options.onEnded('unlinked');
    } catch (error) {
      fail(error);
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when nothing that was asked for is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #tell<E extends ToldName>(name: E, detail: SessionEvents[E]): void {
    this.#options.room.say({ kind: 'event', name, detail });
    this.#options.emit(name, detail);
  }
}
