import type { MethodName } from '#protocol';
import type { CloseLater } from '../shared/closing.ts';
import type { Directory } from '../shared/directory/index.ts';
import type { Platform } from '../shared/platform.ts';
import type { Rates } from '../shared/rates.ts';
import type { Releases } from '../shared/releases.ts';
import type { UseCase } from '../shared/serve.ts';
import type { Sockets } from '../shared/sockets.ts';
import type { Telemetry } from '../shared/telemetry/index.ts';
import type { Admit } from './admission.ts';

/** `host`: where clients connect to; what they sign names it. */
export type PairingContext = {
  directory: Directory;
  sockets: Sockets;
  closing: CloseLater;
  releases: Releases;
  rates: Rates;
  platform: Platform;
  telemetry: Telemetry;
  host: string;
};
export type AccountContext = PairingContext & { admit: Admit };

/** A rule of this room. */
export type Rule<M extends MethodName> = UseCase<M, PairingContext>;
export type AccountRule<M extends MethodName> = UseCase<M, AccountContext>;
