import type { MethodName } from '#protocol';
import type { CloseLater } from '../shared/closing.ts';
import type { Directory } from '../shared/directory/index.ts';
import type { Mailboxes } from '../shared/mailboxes.ts';
import type { Platform } from '../shared/platform.ts';
import type { Quotas } from '../shared/quotas.ts';
import type { Rates } from '../shared/rates.ts';
import type { UseCase } from '../shared/serve.ts';
import type { Sockets } from '../shared/sockets.ts';
import type { Telemetry } from '../shared/telemetry/index.ts';
import type { Wakeups } from '../shared/wakeups.ts';
import type { Deadlines } from './deadlines.ts';

/** What it takes to bring mail to devices, and to see to it that it has come. */
export type DeliveryContext = {
  directory: Directory;
  mailboxes: Mailboxes;
  sockets: Sockets;
  closing: CloseLater;
  deadlines: Deadlines;
  wakeups: Wakeups;
  platform: Platform;
  telemetry: Telemetry;
};
export type RelayContext = DeliveryContext & { rates: Rates; quotas: Quotas };

/** A rule of this room. */
export type Rule<M extends MethodName> = UseCase<M, RelayContext>;
