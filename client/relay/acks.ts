import { type Envelope, limits, type Params } from '#protocol';
import type { Clock } from '../platform.ts';

const gathering = 250;

/** Gathers acknowledgements: one call for up to 100 of them, or for all of a quarter of a second. */
export class Acks {
  readonly #clock: Clock;
  readonly #post: (acked: Params<'relay.ack'>) => void;
  #gathered: Pick<Envelope, 'id' | 'at'>[] = [];
  #cancel = () => {};

  constructor(clock: Clock, post: (acked: Params<'relay.ack'>) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  add(envelope: Pick<Envelope, 'id' | 'at'>): void {
    this.#gathered.push(envelope);
    if (this.#gathered.length === 1) this.#cancel = this.#clock.after(gathering, () => this.flush());
    if (this.#gathered.length === limits.batch) this.flush();
  }

  /** Says what is gathered now. An acknowledgement that is lost only means that the envelope comes again. */
  flush(): void {
    this.#cancel();
    const gathered = this.#gathered;
    this.#gathered = [];
    if (gathered.length === 0) return;
    this.#post({ envelopes: gathered.map(({ id }) => id), at: Math.min(...gathered.map(({ at }) => at)) });
  }
}
