import type { MethodName } from '#protocol';
import type { Directory } from '../shared/directory/index.ts';
import type { Log } from '../shared/log.ts';
import type { Platform } from '../shared/platform.ts';
import type { UseCase } from '../shared/serve.ts';
import type { Sockets } from '../shared/sockets.ts';

/** `host`: where clients connect to; what they sign names it. */
export type PairingContext = { directory: Directory; sockets: Sockets; platform: Platform; log: Log; host: string };

/** A rule of this room. */
export type Rule<M extends MethodName> = UseCase<M, PairingContext>;
