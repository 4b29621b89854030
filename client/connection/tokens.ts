import { SignJWT } from 'jose';
import { type DeviceAddress, limits, type TokenClaims, toBase64Url, tokenHeader } from '#protocol';
import type { SigningKey } from '../keys.ts';
import { randomBytes } from '../platform.ts';
import type { ServerClock } from './server-clock.ts';

/** By what a device shows that it is the device of that address. */
export type Credentials = { address: DeviceAddress; key: SigningKey };

const remembered = 16;
/** How far ahead of the server's time a token may be, less what the time may have taken on its way. */
const lead = limits.tokenLead - 5_000;

/** Mints the tokens of one device; each works once, and the server wants every one to be later than the last. */
export class Tokens {
  readonly #credentials: Credentials;
  readonly #host: string;
  readonly #clock: ServerClock;
  #recent: string[] = [];
  #last = 0;

  constructor(credentials: Credentials, { host, clock }: { host: string; clock: ServerClock }) {
    this.#credentials = credentials;
    this.#host = host;
    this.#clock = clock;
  }

  mint(): Promise<string> {
    const { address, key } = this.#credentials;
    const now = this.#clock.now();
    // A clock that was ahead has made tokens that the server refused for it: none needs to be later than those.
    this.#last = this.#last > now + limits.tokenLead ? now : Math.max(now, this.#last + 1);
    const jti = toBase64Url(randomBytes(16));
    this.#recent = [jti, ...this.#recent.slice(0, remembered - 1)];
    const claims: TokenClaims = { iss: address, aud: this.#host, iat: this.#last, jti };
    return new SignJWT(claims).setProtectedHeader(tokenHeader).sign(key);
  }

  /** From now on tokens are later than what the server has had from an earlier run, whose clock may have been ahead. */
  overtake(): void {
    this.#last = this.#clock.now() + lead;
  }

  /** Whether a token of that `jti` was minted here lately. */
  isOwn(jti: string): boolean {
    return this.#recent.includes(jti);
  }
}
