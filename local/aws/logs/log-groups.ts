import * as z from 'zod/mini';
import { type Resource, type Template, unlessUnknown } from '../../template/index.ts';
import { physicalName } from '../physical-name.ts';

/** A line in a log; times in milliseconds since 1970. */
export type LogEvent = { sequence: number; at: number; group: string; line: string };

export type LogGroups = {
  /** Whether the template has a log group of that name. */
  has: (group: string) => boolean;
  /** Takes a line of a function, by its name. One whose function has no log group in the template is dropped. */
  write: (functionName: string, line: string) => void;
  /** What is kept of a group, oldest first. */
  events: (group: string) => LogEvent[];
};

const Group = z.object({ LogGroupName: z.string() });
const Writer = z.object({
  FunctionName: z.optional(z.string()),
  LoggingConfig: z.optional(z.object({ LogGroup: z.optional(z.string()) })),
});

/** Of lines, over all groups: the latest. */
const kept = 10_000;

/** The log groups of the template, with what functions write to them. */
export const openLogGroups = (template: Template, now: () => number): LogGroups => {
  const names = new Set(
    ofType(template, 'AWS::Logs::LogGroup').map(({ properties }) => z.parse(Group, properties).LogGroupName),
  );
  let groups: ReadonlyMap<string, string> = new Map();
  const groupOf = (functionName: string): string | undefined => {
    if (!groups.has(functionName)) groups = readGroups(template);
    return groups.get(functionName);
  };

  const events = new Map<number, LogEvent>();
  let sequence = 0;
  return {
    has: (group) => names.has(group),
    write: (functionName, line) => {
      const group = groupOf(functionName);
      if (group === undefined || !names.has(group)) return;
      sequence += 1;
      events.set(sequence, { sequence, at: now(), group, line });
      events.delete(sequence - kept);
    },
    events: (group) => [...events.values()].filter((event) => event.group === group),
  };
};

/** Where functions write to, by their names; some are known only once others have run, before which they write nothing. */
export const readGroups = (template: Template): ReadonlyMap<string, string> =>
  new Map(
    ofType(template, 'AWS::Lambda::Function').flatMap((resource): [string, string][] => {
      const properties = unlessUnknown(() => resource.properties);
      if (properties === undefined) return [];
      const { FunctionName, LoggingConfig } = z.parse(Writer, properties);
      const name = physicalName(template, resource.id, FunctionName);
      return [[name, LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`]];
    }),
  );

const ofType = ({ resources }: Template, type: string): Resource[] =>
  [...resources.values()].filter((resource) => resource.type === type);
