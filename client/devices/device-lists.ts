import { type AccountId, DeviceList, isSignedBy } from '#protocol';
import { listKey } from '../account.ts';
import { ClientError } from '../errors.ts';
import { serial } from '../serial.ts';
import { readRecord, type Store } from '../store.ts';
import { judgeList } from './judge-list.ts';

type Options = {
  store: Store;
  /** Asks the server. */
  fetch: (account: AccountId) => Promise<DeviceList>;
  onNewer: (account: AccountId, list: DeviceList) => void;
  onConflict: (account: AccountId) => void;
};

/** The device lists that this device trusts, its own account's and others': checked, pinned, never taken back. */
export class DeviceLists {
  readonly #options: Options;
  readonly #cached = new Map<AccountId, DeviceList>();
  readonly #conflicts = new Set<AccountId>();
  readonly #inTurn = serial();

  constructor(options: Options) {
    this.#options = options;
  }

  /** The list by which to write to an account; fetched when it is the first time. @throws `list_conflict` */
  async of(account: AccountId): Promise<DeviceList> {
    return (await this.#pinned(account)) ?? this.refresh(account);
  }

  /** The list as the server has it now. @throws `list_conflict`, `signature_invalid` */
  async refresh(account: AccountId): Promise<DeviceList> {
    const list = await this.#options.fetch(account);
    await this.accept(account, list);
    return (await this.#pinned(account)) ?? list;
  }

  /** Takes a list that somebody says is the account's; whether it was news. @throws `list_conflict`, `signature_invalid` */
  accept(account: AccountId, list: DeviceList): Promise<boolean> {
    return this.#inTurn(() => this.#judge(account, list));
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
    const { store, onNewer, onConflict } = this.#options;
    if (!(await isSignedBy(account, list))) {
      throw new ClientError('signature_invalid', { details: `device list ${list.version} of ${account}` });
    }
    const judgement = judgeList(await this.#pinned(account), list);
    if (judgement === 'conflict') {
      this.#conflicts.add(account);
      onConflict(account);
      throw new ClientError('list_conflict', { details: account });
    }
    if (judgement !== 'newer') return false;
    await store.put({ [listKey(account)]: list });
    this.#cached.set(account, list);
    onNewer(account, list);
    return true;
  }
}
