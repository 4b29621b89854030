import { subprotocol } from '#protocol';
import { minimumClient, readEnv } from '../shared/env.ts';
import { platform } from '../shared/platform.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import type { SessionContext } from './time.ts';
import { time } from './time.ts';

const useCases: UseCases<'session', SessionContext> = { 'session.time': time };

const telemetry = openTelemetry('session');
const env = readEnv({ minimumClient });

/** `session.*`, and the `$default` route: every frame that no method's route took is answered with what is wrong. */
export const handler = serve(useCases, {
  platform,
  telemetry,
  protocol: subprotocol,
  minimumClient: env.minimumClient,
});
