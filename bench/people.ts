import { type AccountId, link, memoryStore, register, resume, type Session } from '#client';

/** Somebody with a phone, whose application counts what it gets. */
export class Person implements AsyncDisposable {
  readonly #store = memoryStore();
  readonly #waiting = new Set<() => void>();
  #endpoint = '';
  #account: AccountId | undefined;
  #session: Session | undefined;
  #received = 0;

  get phone(): Session {
    if (this.#session === undefined) throw new Error('The phone is off.');
    return this.#session;
  }

  get account(): AccountId {
    if (this.#account === undefined) throw new Error('The phone has no account yet.');
    return this.#account;
  }

  get received(): number {
    return this.#received;
  }

  async register(endpoint: string): Promise<void> {
    const session = await register({ endpoint, store: this.#store });
    this.#account = session.account;
    this.#use(session, endpoint);
  }

  async switchOff(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  /** Connects where the cloud is now. */
  async switchOn(endpoint: string): Promise<void> {
    const session = await resume({ store: this.#store, endpoint });
    if (session === undefined) throw new Error('The phone has no account yet.');
    this.#use(session, endpoint);
  }

  /** Links a new computer by its code, and lets it connect. `onCode`: from when the code is there to be scanned. */
  async linkComputer(onCode: () => void = () => undefined): Promise<Session> {
    const linking = link({ endpoint: this.#endpoint, store: memoryStore() });
    const code = await linking.code();
    onCode();
    const offer = await this.phone.scan(code);
    await offer.approve({ confirmed: offer.companion, confirmRemote: true });
    const computer = await linking.linked;
    computer.receive(() => undefined);
    return computer;
  }

  /** Resolves when the phone has got that many messages in all. */
  async receives(count: number): Promise<void> {
    while (this.#received < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.switchOff();
  }

  #use(session: Session, endpoint: string): void {
    this.#session = session;
    this.#endpoint = endpoint;
    session.receive(() => {
      this.#received += 1;
      for (const wake of this.#waiting) wake();
    });
  }
}
