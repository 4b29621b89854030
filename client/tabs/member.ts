import { addressOf, toBase64Url } from '#protocol';
import { readAccount } from '../account.ts';
import { Emitter } from '../emitter.ts';
import { ClientError } from '../errors.ts';
import { randomBytes } from '../platform.ts';
import type { MessageHandler } from '../relay/inbox.ts';
import { LocalSession } from '../session.ts';
import type { SessionEvents } from '../session-events.ts';
import type { SessionOptions } from '../session-parts.ts';
import { type ActionName, type ActionParams, type ActionResult, readResult } from './actions.ts';
import { TabCalls } from './calls.ts';
import { countEndings, recordEnding } from './endings.ts';
import { fromFailure } from './failure.ts';
import { holdLock, type Release } from './hold-lock.ts';
import { Lead } from './lead.ts';
import { type Ending, Room, type Said } from './room.ts';
import type { Tabs } from './tabs.ts';
import { isTold, type ToldName, told } from './told.ts';

/**
 * One tab among those that have the same device open. The one that holds the Web Lock leads: it has the socket, the
 * outbox and the inbox. The others ask it, and each waits for the lock, which the browser passes on when a tab is gone.
 */
export class Member {
  readonly #options: SessionOptions;
  readonly #tabs: Tabs;
  /** Of lock and channel alike. */
  readonly #name: string;
  readonly #tab = toBase64Url(randomBytes(16));
  readonly #events = new Emitter<SessionEvents>();
  readonly #withdrawals = new Emitter<{ withdrawn: string }>();
  readonly #calls: TabCalls;
  readonly #room: Room;
  readonly #over = new AbortController();
  #turn: Promise<void> | undefined;
  #release: Release | undefined;
  #lead: Lead | undefined;
  #leader: string | undefined;
  #handler: MessageHandler | undefined;
  #online = false;
  #departing = false;
  #finished: Promise<void> | undefined;

  private constructor(options: SessionOptions, tabs: Tabs) {
    this.#options = options;
    this.#tabs = tabs;
    this.#name = `tandem.v1/${addressOf(options.account.account, options.account.device)}`;
    this.#calls = new TabCalls(options.platform.clock);
    this.#room = new Room(tabs, { name: this.#name, hear: (said) => this.#hear(said) });
  }

  /** Leads when nobody does, else follows until its turn has come. @throws `store_damaged` */
  static async join(options: SessionOptions, tabs: Tabs): Promise<Member> {
    const member = new Member(options, tabs);
    try {
      const endings = await countEndings(options.store);
      member.#release = await holdLock(tabs.locks, { name: member.#name, ifAvailable: true });
      if (member.#release === undefined) member.#follow(endings);
      else await member.#begin();
    } catch (error) {
      await member.close();
      throw error;
    }
    return member;
  }

  get online(): boolean {
    return this.#online;
  }

  get isLeading(): boolean {
    return this.#lead !== undefined;
  }

  on<E extends keyof SessionEvents>(event: E, listener: (detail: SessionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** A computer has taken the code back that some tab has scanned. */
  onWithdrawn(listener: (code: string) => void): () => void {
    return this.#withdrawals.on('withdrawn', listener);
  }

  receive(handler: MessageHandler): void {
    this.#handler = handler;
    this.#lead?.session.receive(handler);
  }

  /** Has it done by whichever tab leads. */
  async ask<A extends ActionName>(action: A, params: ActionParams<A>): Promise<ActionResult<A>> {
    return readResult(action, await this.#calls.make(action, params));
  }

  /** Ends the device for good: the other tabs are told that it is unlinked. */
  async depart<A extends 'leave' | 'deleteAccount'>(action: A, params: ActionParams<A>): Promise<void> {
    this.#departing = true;
    try {
      await this.ask(action, params);
    } catch (error) {
      this.#departing = false;
      // When the leader died over it, everything may have been forgotten already.
      const isUnlinked = error instanceof ClientError && error.code === 'unlinked';
      if (!isUnlinked || (await readAccount(this.#options.store)) !== undefined) throw error;
    }
    await this.close();
  }

  /** This tab goes; another leads. */
  async close(): Promise<void> {
    this.#over.abort();
    await this.#finish(new ClientError('closed'));
  }

  #follow(endings: number): void {
    this.#room.say({ kind: 'hello' });
    this.#turn = this.#awaitTurn(endings).catch((error: unknown) => {
      if (this.#over.signal.aborted) return;
      this.#events.emit('error', error);
      void this.#finish(new ClientError('closed', { cause: error }));
    });
  }

  async #awaitTurn(endings: number): Promise<void> {
    const { store } = this.#options;
    const { signal } = this.#over;
    this.#release = await holdLock(this.#tabs.locks, { name: this.#name, signal });
    if (signal.aborted) return;
    // What a former leader said of its end may come here later than the lock.
    if ((await readAccount(store)) === undefined) this.#end('unlinked');
    else if ((await countEndings(store)) !== endings) this.#end('replaced');
    else await this.#begin();
  }

  async #begin(): Promise<void> {
    const session = await LocalSession.open(this.#options);
    const lead = new Lead({
      session,
      room: this.#room,
      tab: this.#tab,
      now: () => this.#options.serverClock.now(),
      emit: (name, detail) => this.#events.emit(name, detail),
      onOnline: () => this.#setOnline(session.online),
      onWithdrawn: (code) => this.#withdrawals.emit('withdrawn', code),
      onEnded: (why) => void this.#endForAll(why),
      onError: (error) => this.#events.emit('error', error),
    });
    this.#lead = lead;
    if (this.#handler !== undefined) session.receive(this.#handler);
    lead.announce();
    this.#calls.turnTo(({ call, action, params }) => {
      const succeed = (result: unknown) => this.#calls.succeed(call, result);
      void lead.act(action, params, { succeed, fail: (error) => this.#calls.fail(call, error) });
    });
  }

  #setOnline(online: boolean): void {
    if (this.#online === online) return;
    this.#online = online;
    this.#events.emit('online', online);
  }

  async #endForAll(why: Ending): Promise<void> {
    if (why === 'replaced') {
      await recordEnding(this.#options.store).catch((error: unknown) => this.#events.emit('error', error));
    }
    // A leaving that found the device unlinked has come to its end nevertheless.
    await this.#lead?.settled();
    this.#room.say({ kind: 'ended', why });
    this.#end(why);
  }

  #end(why: Ending): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    void this.#finish(new ClientError(why));
    if (!this.#departing) this.#events.emit(why, undefined);
  }

  #finish(error: ClientError): Promise<void> {
    this.#finished ??= (async () => {
      await this.#turn;
      await this.#lead?.session.close();
      this.#room.leave();
      this.#calls.abandon(error);
      this.#setOnline(false);
      await this.#release?.();
    })();
    return this.#finished;
  }

  #hear(said: Said): void {
    switch (said.kind) {
      case 'hello':
        this.#lead?.announce();
        break;
      case 'leader':
        this.#turnTo(said);
        break;
      case 'call':
        if (said.leader === this.#tab) this.#lead?.take(said);
        break;
      case 'result':
        if (said.tab === this.#tab) this.#calls.succeed(said.call, said.result);
        break;
      case 'failure':
        if (said.tab === this.#tab) this.#calls.fail(said.call, fromFailure(said.failure));
        break;
      case 'event':
        if (isTold(said.name)) this.#pass(said.name, said.detail);
        break;
      case 'withdrawn':
        this.#withdrawals.emit('withdrawn', said.code);
        break;
      case 'ended':
        this.#end(said.why);
    }
  }

  #turnTo({ leader, online, now }: Extract<Said, { kind: 'leader' }>): void {
    // The last word of a former leader may come late.
    if (this.#lead !== undefined) return;
    const { serverClock, platform } = this.#options;
    serverClock.correct(now, platform.clock.now());
    this.#setOnline(online);
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#calls.turnTo((call) => this.#room.say({ kind: 'call', leader, tab: this.#tab, ...call }));
  }

  #pass(name: ToldName, given: unknown): void {
    const detail = told[name].safeParse(given);
    if (detail.success) this.#events.emit(name, detail.data);
  }
}
