import * as z from 'zod/mini';
import { Failure } from './failure.ts';
import type { Channel, Tabs } from './tabs.ts';

/** Ends of a session that are the end of it in every tab. */
export const Ending = z.enum(['replaced', 'unlinked', 'upgrade_required']);
export type Ending = z.infer<typeof Ending>;

/** What tabs say to each other. No key is ever among it. */
const Said = z.discriminatedUnion('kind', [
  /** Who leads? */
  z.object({ kind: z.literal('hello') }),
  /** I do; on every change, too. `now` is the server's time. */
  z.object({ kind: z.literal('leader'), leader: z.string(), online: z.boolean(), now: z.number() }),
  /** To that leader, and to no other who may come after it. */
  z.object({
    kind: z.literal('call'),
    leader: z.string(),
    tab: z.string(),
    call: z.int(),
    action: z.string(),
    params: z.optional(z.unknown()),
  }),
  z.object({ kind: z.literal('result'), tab: z.string(), call: z.int(), result: z.optional(z.unknown()) }),
  z.object({ kind: z.literal('failure'), tab: z.string(), call: z.int(), failure: Failure }),
  z.object({ kind: z.literal('event'), name: z.string(), detail: z.optional(z.unknown()) }),
  /** A computer has taken its code back, which some tab has scanned. */
  z.object({ kind: z.literal('withdrawn'), code: z.string() }),
  z.object({ kind: z.literal('ended'), why: Ending }),
]);
export type Said = z.infer<typeof Said>;

/** Where the tabs of one device hear each other. What fits no schema is of another version, and nobody's. */
export class Room {
  readonly #channel: Channel;
  #left = false;

  constructor(tabs: Tabs, { name, hear }: { name: string; hear: (said: Said) => void }) {
    this.#channel = tabs.openChannel(name, (message) => {
      const said = Said.safeParse(message);
      if (said.success && !this.#left) hear(said.data);
    });
  }

  say(said: Said): void {
    if (!this.#left) this.#channel.post(said);
  }

  leave(): void {
    this.#left = true;
    this.#channel.close();
  }
}
