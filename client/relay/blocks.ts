import * as z from 'zod/mini';
import { AccountId, Timestamp, utf8 } from '#protocol';
import { listRecords, type Store } from '../store.ts';
import type { Payload } from './streams/payload.ts';

const prefix = 'block/';

const Block = z.object({ blocked: z.boolean(), at: Timestamp });
type Block = z.infer<typeof Block>;

const BlockChange = z.extend(Block, { account: AccountId });
/** A person has blocked an account or lets it through again; `at` is the server's time, as far as it is known. */
export type BlockChange = z.infer<typeof BlockChange>;

/** A change as the device on which it was made tells it to the others of its account. */
export const payloadOfBlock = (change: BlockChange): Payload => ({
  header: { v: 1, kind: 'block', streams: {} },
  content: utf8(JSON.stringify(change)),
});

/** Undefined for what is no such change. */
export const readBlock = ({ header, content }: Payload): BlockChange | undefined => {
  if (header.kind !== 'block') return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(content));
    return BlockChange.safeParse(json).data;
  } catch {
    return undefined;
  }
};

type Options = { store: Store; now: () => number };

/** Whom this account has blocked, from whichever of its devices. The relay enforces it; here is what follows from it. */
export class Blocks {
  readonly #options: Options;
  readonly #blocks: Map<AccountId, Block>;

  private constructor(options: Options, blocks: Map<AccountId, Block>) {
    this.#options = options;
    this.#blocks = blocks;
  }

  /** As they were left in earlier runs. @throws `store_damaged` */
  static async load(options: Options): Promise<Blocks> {
    return new Blocks(options, new Map(await listRecords(options.store, prefix, Block)));
  }

  isBlocked(account: AccountId): boolean {
    return this.#blocks.get(account)?.blocked ?? false;
  }

  /** Whether it was blocked at some time since then, so that what it has sent meanwhile may have met the block. */
  isBlockedSince(account: AccountId, since: number): boolean {
    const block = this.#blocks.get(account);
    return block !== undefined && (block.blocked || block.at > since);
  }

  /** The change that a person makes on this device: it comes after all that is known. */
  change(account: AccountId, blocked: boolean): BlockChange {
    const last = this.#blocks.get(account)?.at ?? 0;
    return { account, blocked, at: Math.max(this.#options.now(), last + 1) };
  }

  /** Takes a change over; the latest counts, in whatever order they come. */
  async apply({ account, blocked, at }: BlockChange): Promise<void> {
    if (at <= (this.#blocks.get(account)?.at ?? 0)) return;
    await this.#options.store.put({ [prefix + account]: { blocked, at } satisfies Block });
    this.#blocks.set(account, { blocked, at });
  }
}
