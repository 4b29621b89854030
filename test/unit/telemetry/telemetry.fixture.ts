import * as z from 'zod/mini';
import { createTelemetry } from '../../../functions/shared/telemetry/telemetry.ts';

export const salt = '00000000-0000-4000-8000-000000000000';

const Line = z.record(z.string(), z.unknown());
type Line = z.infer<typeof Line>;

/** A function's telemetry at a time that stands still, and what it has written. */
export const openTestTelemetry = () => {
  const lines: Line[] = [];
  const telemetry = createTelemetry({
    function: 'relay',
    stage: 'dev',
    salt,
    platform: { now: () => 1_790_000_000_000 },
    random: () => new Uint8Array(24).fill(7),
    uptime: () => 123.4,
    write: (line) => lines.push(Line.parse(JSON.parse(line))),
  });
  const request = '00000000-0000-4000-8000-000000000001';
  return {
    telemetry,
    request,
    lines,
    /** What an invocation that does this writes. */
    during: async (work: () => void): Promise<Line[]> => {
      const before = lines.length;
      await telemetry.invocation(request, async () => work());
      return lines.slice(before);
    },
  };
};
