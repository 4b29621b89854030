import { type EnvelopeId, limits } from '#protocol';
import type { Clock } from '../platform.ts';

const gathering = 250;

/** Gathers acknowledgements: one call for up to 100 of them, or for all of a quarter of a second. */
export class Acks {
  readonly #clock: Clock;
  readonly #post: (envelopes: EnvelopeId[]) => void;
  #gathered: EnvelopeId[] = [];
  #cancel = () => {};

  constructor(clock: Clock, post: (envelopes: EnvelopeId[]) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  add(id: EnvelopeId): void {
    this.#gathered.push(id);
    if (this.#gathered.length === 1) this.#cancel = this.#clock.after(gathering, () => this.flush());
    if (this.#gathered.length === limits.batch) this.flush();
  }

  /** Says what is gathered now. An acknowledgement that is lost only means that the envelope comes again. */
  flush(): void {
    this.#cancel();
    if (this.#gathered.length > 0) this.#post(this.#gathered);
    this.#gathered = [];
  }
}
