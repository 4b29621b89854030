import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod/mini';
import { inPool } from '../../functions/shared/in-pool.ts';
import type { Operator } from './operator.ts';

/** What of a function's line is looked at; the rest is shown as it is. */
const Line = z.looseObject({
  function: z.optional(z.string()),
  method: z.optional(z.string()),
  trace: z.optional(z.string()),
  messages: z.optional(z.array(z.string())),
});

/** A line that a function wrote, `at` milliseconds since 1970; `id` tells it apart. */
export type LogLine = { id: string; at: number; line: z.infer<typeof Line> };

/** Searching takes the service seconds, and it lets an account search but a few times a second. */
const searchedAtOnce = 4;

/** The lines of all functions that have a text in them, from a time on, oldest first. */
export const searchLogs = async (
  { clients: { logs: client }, stack }: Operator,
  text: string,
  from: number,
): Promise<LogLine[]> => {
  const groups = stack.ofType('AWS::Logs::LogGroup');
  const found = await inPool(searchedAtOnce, groups, async ({ physicalId: logGroupName }) => {
    const lines: LogLine[] = [];
    const input = { logGroupName, filterPattern: JSON.stringify(text), startTime: from };
    for await (const { events = [] } of paginateFilterLogEvents({ client }, input)) {
      for (const { eventId = '', timestamp = 0, message = '' } of events) {
        lines.push({ id: `${logGroupName} ${eventId}`, at: timestamp, line: read(message) });
      }
    }
    return lines;
  });
  return found.flatMap((lines) => lines ?? []).toSorted((one, other) => one.at - other.at);
};

/** What the cloud itself has to say of an invocation is text. */
const read = (message: string): z.infer<typeof Line> => {
  try {
    return Line.parse(JSON.parse(message));
  } catch {
    return { text: message.trim() };
  }
};
