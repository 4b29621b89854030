import { formatPairingCode, toBase64Url } from '#protocol';
import { readAccount, writeAccount } from './account.ts';
import { Connection } from './connection/connection.ts';
import { ServerClock } from './connection/server-clock.ts';
import { Emitter } from './emitter.ts';
import type { DeviceOptions } from './device-options.ts';
import { readEndpoint } from './endpoint.ts';
import { ClientError } from './errors.ts';
import { generateSigningKey } from './keys.ts';
import { CompanionPairing } from './pairing/companion.ts';
import { generateSealingKeys } from './pairing/provisioning.ts';
import { type CompanionKeys, verifyApproval } from './pairing/verify-approval.ts';
import { randomBytes, platform as thisPlatform } from './platform.ts';
import type { Session } from './session.ts';
import { openSession } from './tabs/open-session.ts';

export type LinkOptions = DeviceOptions & {
  endpoint: string;
  /** What the phone shows, at most 64 characters: "Ada’s laptop". */
  label?: string;
};

export type LinkingEvents = {
  /** The text of the QR code to show from now on. */
  code: string;
  /** A phone has scanned it: "check your phone". */
  scanned: undefined;
};

const generateKeys = async (): Promise<CompanionKeys> => ({
  deviceKey: await generateSigningKey(),
  sealing: await generateSealingKeys(),
  secret: toBase64Url(randomBytes(32)),
});

/** A computer on its way into somebody's account. */
export class Linking {
  /** @throws ClientError: `pairing_denied`, `pairing_expired`, `linking_cancelled`, `already_linked`, … */
  readonly linked: Promise<Session>;
  readonly #events = new Emitter<LinkingEvents>();
  readonly #cancelled = new AbortController();
  readonly #firstCode = Promise.withResolvers<string>();
  #code: string | undefined;

  constructor(options: LinkOptions) {
    this.linked = this.#link(options);
    // Both fail alike, and an application need not ask for both.
    this.linked.catch((error: unknown) => this.#firstCode.reject(error));
    this.#firstCode.promise.catch(() => undefined);
  }

  on<E extends keyof LinkingEvents>(event: E, listener: (detail: LinkingEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** The text of the QR code to show now; it is another one every minute (event `code`) until it is scanned. */
  async code(): Promise<string> {
    return this.#code ?? this.#firstCode.promise;
  }

  /** Takes the code back: `linked` fails with `linking_cancelled`, unless the phone has approved by then. */
  cancel(): void {
    this.#cancelled.abort();
  }

  async #link({
    endpoint: given,
    store,
    label,
    receipts = false,
    platform = thisPlatform,
  }: LinkOptions): Promise<Session> {
    const endpoint = readEndpoint(given);
    if ((await readAccount(store)) !== undefined) throw new ClientError('already_linked');
    const keys = await generateKeys();
    const serverClock = new ServerClock(platform.clock);
    const guest = new Connection({ endpoint, platform, serverClock });
    const pairing = new CompanionPairing({
      endpoint,
      label,
      keys,
      guest,
      serverClock,
      platform,
      signal: this.#cancelled.signal,
      onCode: (code) => this.#show(formatPairingCode(code)),
      onScanned: () => this.#events.emit('scanned', undefined),
    });
    guest.open();
    try {
      const { code, approval } = await pairing.approval();
      const account = await verifyApproval(approval, { code, keys });
      await writeAccount(store, account, approval.deviceList);
      return await openSession({ account, store, platform, receipts, serverClock });
    } finally {
      guest.close();
    }
  }

  #show(code: string): void {
    this.#code = code;
    this.#firstCode.resolve(code);
    this.#events.emit('code', code);
  }
}

/** Begins to link this computer to the account of whoever scans its code; `store` must be empty. */
export const link = (options: LinkOptions): Linking => new Linking(options);
