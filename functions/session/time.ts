import type { Platform } from '../shared/platform.ts';
import type { UseCase } from '../shared/serve.ts';
import type { Telemetry } from '../shared/telemetry/index.ts';

export type SessionContext = { platform: Platform; telemetry: Telemetry; protocol: string; minimumClient: string };

/** The server's clock, and what it asks of clients; also the heartbeat. */
export const time: UseCase<'session.time', SessionContext> = async ({ platform, protocol, minimumClient }) => ({
  now: platform.now(),
  protocol,
  minimumClient,
});
