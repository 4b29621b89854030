import { type AccountId, accountIdOf, DeviceList, isSignedBy, judgeList } from '#protocol';
import { listKey } from '../account.ts';
import { ClientError } from '../errors.ts';
import { serial } from '../serial.ts';
import { readRecord, type Store } from '../store.ts';
import { type DevicesChange, devicesChange } from './devices-change.ts';
import { isStale } from './list-age.ts';

type Options = {
  store: Store;
  /** Asks the server. */
  fetch: (account: AccountId) => Promise<DeviceList>;
  /** Shows the server a newer list than its own; the one that it has then. */
  bring: (list: DeviceList) => Promise<DeviceList>;
  /** By it, lists are stale. */
  now: () => number;
  onNewer: (account: AccountId, change: DevicesChange) => void;
  onConflict: (account: AccountId) => void;
  /** Once for each account whose newest list is stale. */
  onStale: (account: AccountId) => void;
};

/** The device lists that this device trusts, its own account's and others': checked, pinned, never taken back. */
export class DeviceLists {
  readonly #options: Options;
  readonly #cached = new Map<AccountId, DeviceList>();
  readonly #conflicts = new Set<AccountId>();
  readonly #stale = new Set<AccountId>();
  readonly #inTurn = serial();

  constructor(options: Options) {
    this.#options = options;
  }

  /** The list by which to write to an account; fetched when it is the first time. @throws `list_conflict` */
  async of(account: AccountId): Promise<DeviceList> {
    const pinned = await this.#pinned(account);
    return pinned === undefined ? this.refresh(account) : this.#dated(account, pinned);
  }

  /** The list as the server has it now: not older than what was known when it was asked. @throws as `accept` */
  async refresh(account: AccountId): Promise<DeviceList> {
    const before = await this.#pinned(account);
    const list = await this.#options.fetch(account);
    await this.accept(account, list);
    if (before !== undefined && list.version < before.version) await this.#insist(account, before);
    return this.#dated(account, (await this.#pinned(account)) ?? list);
  }

  /** Takes the list that the server says is the current one; where a newer is known, the server is brought it. @throws as `accept` */
  async reconcile(account: AccountId, list: DeviceList): Promise<void> {
    await this.accept(account, list);
    const known = await this.#pinned(account);
    if (known !== undefined && list.version < known.version) await this.#insist(account, known);
  }

  /** Shows the server a list that it may not know; the one that is current then. @throws what the server says, or as `accept` */
  async bring(list: DeviceList): Promise<DeviceList> {
    const current = await this.#options.bring(list);
    await this.accept(accountIdOf(list.identityKey), current);
    return current;
  }

  /** Takes a list that somebody says is the account's; whether it was news. @throws `list_conflict`, `signature_invalid` */
  accept(account: AccountId, list: DeviceList): Promise<boolean> {
    return this.#inTurn(() => this.#judge(account, list));
  }

  /** Tells of a list that its primary has not renewed. */
  #dated(account: AccountId, list: DeviceList): DeviceList {
    const { now, onStale } = this.#options;
    const isNews = !this.#stale.has(account);
    if (!isStale(list, now())) {
      this.#stale.delete(account);
    } else if (isNews) {
      this.#stale.add(account);
      onStale(account);
    }
    return list;
  }

  /** A server that was restored to an earlier time takes the newer list; one that does not, keeps back what it knows. */
  async #insist(account: AccountId, known: DeviceList): Promise<void> {
    const current = await this.bring(known).catch((error: unknown) => {
      if (error instanceof ClientError && error.retryable) throw error;
    });
    if (current === undefined || current.version < known.version) this.#refuse(account);
  }

  #refuse(account: AccountId): never {
    if (!this.#conflicts.has(account)) this.#options.onConflict(account);
    this.#conflicts.add(account);
    throw new ClientError('list_conflict', { details: account });
  }

  async #pinned(account: AccountId): Promise<DeviceList | undefined> {
    if (this.#conflicts.has(account)) throw new ClientError('list_conflict', { details: account });
    if (!this.#cached.has(account)) {
      const stored = await readRecord(this.#options.store, listKey(account), DeviceList);
      if (stored !== undefined && !this.#cached.has(account)) this.#cached.set(account, stored);
    }
    return this.#cached.get(account);
  }

  async #judge(account: AccountId, list: DeviceList): Promise<boolean> {
    const { store, onNewer } = this.#options;
    if (!(await isSignedBy(account, list))) {
      throw new ClientError('signature_invalid', { details: `device list ${list.version} of ${account}` });
    }
    const pinned = await this.#pinned(account);
    const judgement = judgeList(pinned, list);
    if (judgement === 'conflict') return this.#refuse(account);
    if (judgement !== 'newer') return false;
    await store.put({ [listKey(account)]: list });
    this.#cached.set(account, list);
    onNewer(account, devicesChange(pinned, list));
    return true;
  }
}
