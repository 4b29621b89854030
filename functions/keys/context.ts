import type { MethodName } from '#protocol';
import type { CloseLater } from '../shared/closing.ts';
import type { Directory } from '../shared/directory/index.ts';
import type { Platform } from '../shared/platform.ts';
import type { Rates } from '../shared/rates.ts';
import type { UseCase } from '../shared/serve.ts';
import type { Sockets } from '../shared/sockets.ts';
import type { Telemetry } from '../shared/telemetry/index.ts';

export type KeysContext = {
  directory: Directory;
  sockets: Sockets;
  closing: CloseLater;
  rates: Rates;
  platform: Platform;
  telemetry: Telemetry;
};

/** A rule of this room. */
export type Rule<M extends MethodName> = UseCase<M, KeysContext>;
