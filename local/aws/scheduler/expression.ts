import { AwsError } from '../errors.ts';

const DAY = 24 * 3_600_000;
const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;

/**
 * When `at(yyyy-mm-ddThh:mm:ss)` is in a time zone, in milliseconds since 1970: the first time, where its clocks go back
 * and show it twice. Throws a ValidationException for another expression, a time that no calendar has or that the zone's
 * clocks skip, or a zone that is not IANA's.
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
  // Around a change of the clocks, either side's offset may be the one that the time is written in.
  const times = [asUtc - DAY, asUtc + DAY].map((near) => asUtc - offsetAt(near, zone));
  const shown = times.filter((time) => time + offsetAt(time, zone) === asUtc);
  // Unverified: Scheduler documents of recurring schedules only that they skip such a time, and that they do not repeat.
  if (shown.length === 0) throw invalid(expression, `the clocks of ${zone} skip that time`);
  return Math.min(...shown);
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
