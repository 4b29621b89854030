import type { MethodName } from '#protocol';
import type { CloseLater } from '../shared/closing.ts';
import type { Directory } from '../shared/directory/index.ts';
import type { Mailboxes } from '../shared/mailboxes.ts';
import type { Platform } from '../shared/platform.ts';
import type { PushSettings } from '../shared/push-settings.ts';
import type { Rates } from '../shared/rates.ts';
import type { Releases } from '../shared/releases.ts';
import type { UseCase } from '../shared/serve.ts';
import type { Sockets } from '../shared/sockets.ts';
import type { Telemetry } from '../shared/telemetry/index.ts';
import type { Endpoints } from './endpoints.ts';
import type { Reminders } from './reminders.ts';
import type { WebPush } from './web-push.ts';

/** What the methods of this room reach. */
export type PushContext = {
  directory: Directory;
  endpoints: Endpoints;
  releases: Releases;
  settings: PushSettings;
  closing: CloseLater;
  rates: Rates;
  platform: Platform;
  telemetry: Telemetry;
};

/** What it takes to keep the registrations in order. */
export type UpkeepContext = {
  directory: Directory;
  endpoints: Endpoints;
  sockets: Sockets;
  platform: Platform;
  telemetry: Telemetry;
};

/** What it takes to wake devices. */
export type WakeContext = UpkeepContext & {
  mailboxes: Mailboxes;
  reminders: Reminders;
  /** Where browsers can be woken. */
  webPush: WebPush | undefined;
};

/** A rule of this room. */
export type Rule<M extends MethodName> = UseCase<M, PushContext>;
