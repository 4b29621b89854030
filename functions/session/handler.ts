import { subprotocol } from '#protocol';
import { minimumClient, readEnv } from '../shared/env.ts';
import { log } from '../shared/log.ts';
import { platform } from '../shared/platform.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import type { SessionContext } from './time.ts';
import { time } from './time.ts';

const useCases: UseCases<'session', SessionContext> = { 'session.time': time };

const env = readEnv({ minimumClient });

/** `session.*`, and the `$default` route: every frame that no method's route took is answered with what is wrong. */
export const handler = serve(useCases, { platform, log, protocol: subprotocol, minimumClient: env.minimumClient });
