import { parsePairingCode } from '#protocol';
import { ClientError, type ClientErrorCode } from '../errors.ts';
import type { Confirmation, Offer } from '../pairing/offer.ts';
import type { LocalSession } from '../session.ts';

const hasCode = (error: unknown, code: ClientErrorCode): boolean => error instanceof ClientError && error.code === code;

/**
 * What the leading tab has scanned, for any tab. One that came to lead after a scan makes it again: the pairing is this
 * account's, and a decision that a former leader made before it died is no failure.
 */
export class Offers {
  readonly #session: LocalSession;
  readonly #onWithdrawn: (code: string) => void;
  readonly #open = new Map<string, Offer>();

  constructor(session: LocalSession, onWithdrawn: (code: string) => void) {
    this.#session = session;
    this.#onWithdrawn = onWithdrawn;
  }

  async scan(code: string): Promise<Offer> {
    const offer = await this.#session.scan(code);
    this.#open.set(code, offer);
    void offer.withdrawn.then(() => this.#onWithdrawn(code));
    return offer;
  }

  async approve(code: string, confirmation: Confirmation): Promise<void> {
    try {
      await (await this.#offer(code)).approve(confirmation);
    } catch (error) {
      if (!hasCode(error, 'pairing_approved') || !(await this.#isLinked(code))) throw error;
    }
    this.#open.delete(code);
  }

  async deny(code: string): Promise<void> {
    try {
      await (await this.#offer(code)).deny();
    } catch (error) {
      if (!hasCode(error, 'pairing_denied')) throw error;
    }
    this.#open.delete(code);
  }

  async #offer(code: string): Promise<Offer> {
    return this.#open.get(code) ?? this.scan(code);
  }

  async #isLinked(text: string): Promise<boolean> {
    const parsed = parsePairingCode(text);
    const { devices } = await this.#session.devices();
    return parsed.ok && devices.some(({ key }) => key === parsed.code.deviceKey);
  }
}
