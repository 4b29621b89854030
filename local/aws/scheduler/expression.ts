import { AwsError } from '../errors.ts';

const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;

/**
 * When `at(yyyy-mm-ddThh:mm:ss)` is in a time zone, in milliseconds since 1970. Throws a ValidationException for another
 * expression, a time that no calendar has, or a zone that is not IANA's.
 */
export const readExpression = (expression: string, zone: string): number => {
  const written = AT.exec(expression)?.[1];
  if (written === undefined) {
    throw invalid(
      expression,
      'the local cloud serves one-time schedules, at(yyyy-mm-ddThh:mm:ss), not rate() and cron()',
    );
  }
  const asUtc = Date.parse(`${written}Z`);
  if (Number.isNaN(asUtc) || !new Date(asUtc).toISOString().startsWith(written)) {
    throw invalid(expression, 'there is no such time');
  }
  // The second look settles which side of a change of the clocks the time is on.
  const near = asUtc - offsetAt(asUtc, zone);
  return asUtc - offsetAt(near, zone);
};

const invalid = (expression: string, why: string): AwsError =>
  new AwsError('ValidationException', `Invalid Schedule Expression ${expression}: ${why}.`);

/** How far the zone's clocks are ahead of UTC at a time, in milliseconds. */
const offsetAt = (at: number, zone: string): number => {
  const local = formatterOf(zone).formatToParts(at);
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(local.find(({ type }) => type === name)?.value);
  const asUtc = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return asUtc - Math.floor(at / 1000) * 1000;
};

const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  try {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat('en-US', { timeZone, ...digits, ...time });
  } catch {
    throw new AwsError('ValidationException', `The ScheduleExpressionTimezone ${timeZone} is no IANA time zone.`);
  }
};
