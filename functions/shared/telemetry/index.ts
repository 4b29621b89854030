import { randomBytes } from 'node:crypto';
import { traceparentBytes } from '#protocol';
import { logSalt, readEnv, stage } from '../env.ts';
import { platform } from '../platform.ts';
import type { Fields } from './fields.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';

export { loggedMessages, loggedTraces } from './logged.ts';
export type { Telemetry } from './telemetry.ts';

/** The telemetry of a function, to its log. @throws when the environment is not as it should be */
export const openTelemetry = (name: Fields['function']): Telemetry => {
  const env = readEnv({ stage, logSalt });
  return createTelemetry({
    function: name,
    stage: env.stage,
    salt: env.logSalt,
    platform,
    random: () => randomBytes(traceparentBytes),
    uptime: () => performance.now(),
    write: (line) => process.stdout.write(`${line}\n`),
  });
};
