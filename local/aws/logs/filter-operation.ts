import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import { filterPattern } from './filter-pattern.ts';
import type { LogEvent, LogGroups } from './log-groups.ts';

export const FilterInput = z.strictObject({
  logGroupName: z.string(),
  filterPattern: z._default(z.string(), ''),
  startTime: z._default(z.int(), 0),
  endTime: z._default(z.int(), Number.MAX_SAFE_INTEGER),
  limit: z._default(z.int().check(z.gte(1), z.lte(10_000)), 10_000),
  nextToken: z._default(z.coerce.number(), 0),
});
export type FilterInput = z.infer<typeof FilterInput>;

/** FilterLogEvents (CloudWatch Logs API Reference): the lines of a group in a span of time, both ends included. */
export const filterLogEvents = (groups: LogGroups, input: FilterInput): object => {
  const { logGroupName, startTime, endTime, limit, nextToken } = input;
  if (!groups.has(logGroupName)) {
    throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  }
  const matches = filterPattern(input.filterPattern);
  const found = groups
    .events(logGroupName)
    .filter(({ sequence, at, line }) => sequence > nextToken && at >= startTime && at <= endTime && matches(line));
  const shown = found.slice(0, limit);
  const last = shown.at(-1)?.sequence;
  return {
    events: shown.map(describe),
    searchedLogStreams: [],
    ...(found.length > shown.length && { nextToken: String(last) }),
  };
};

/** The local cloud keeps one stream a group. */
const describe = ({ sequence, at, line }: LogEvent) => ({
  logStreamName: 'local',
  timestamp: at,
  ingestionTime: at,
  message: line,
  eventId: String(sequence),
});
