import type { MethodName } from '#protocol';
import type { Directory } from '../shared/directory/index.ts';
import type { Log } from '../shared/log.ts';
import type { Mailboxes } from '../shared/mailboxes.ts';
import type { Platform } from '../shared/platform.ts';
import type { UseCase } from '../shared/serve.ts';
import type { Sockets } from '../shared/sockets.ts';

export type RelayContext = {
  directory: Directory;
  mailboxes: Mailboxes;
  sockets: Sockets;
  platform: Platform;
  log: Log;
};

/** A rule of this room. */
export type Rule<M extends MethodName> = UseCase<M, RelayContext>;
