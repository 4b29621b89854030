import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import type { AccessRequest } from '../iam/index.ts';
import { Definition, Name, type Schedule } from './schedule.ts';
import type { ScheduleStore } from './schedule-store.ts';
import type { Schedules } from './schedules.ts';

type SchedulerOperation = {
  access: (input: unknown) => AccessRequest[];
  run: (input: unknown) => object;
};

const place = { Name, GroupName: z._default(Name, 'default') };
const One = z.strictObject(place);
const Removed = z.strictObject({ ...place, ClientToken: z.optional(z.string()) });
const Written = z.extend(Definition, { ...place, ClientToken: z.optional(z.string()) });
const List = z.strictObject({
  ScheduleGroup: z.optional(Name),
  NamePrefix: z._default(z.string(), ''),
  State: z.optional(z.enum(['ENABLED', 'DISABLED'])),
  NextToken: z._default(z.string(), ''),
  MaxResults: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(100)), 100),
});

type Wiring = { schedules: Schedules; store: ScheduleStore };

/** The operations that are served, by name. */
export const schedulerOperations = ({ schedules, store }: Wiring): Readonly<Record<string, SchedulerOperation>> => {
  const on = (action: string, { GroupName: group, Name: name }: z.infer<typeof One>): AccessRequest => ({
    action: `scheduler:${action}`,
    resource: schedules.arnOf({ group, name }),
    context: {},
  });
  const writing = (action: string, input: z.infer<typeof Written>): AccessRequest[] => {
    const context = { 'iam:PassedToService': ['scheduler.amazonaws.com'] };
    return [on(action, input), { action: 'iam:PassRole', resource: input.Target.RoleArn, context }];
  };
  const arn = (named: { group: string; name: string }) => ({ ScheduleArn: schedules.arnOf(named) });

  return {
    CreateSchedule: operation(Written, {
      access: (input) => writing('CreateSchedule', input),
      run: ({ Name: name, GroupName: group, ClientToken, ...definition }) => {
        schedules.create({ group, name }, definition, ClientToken);
        return arn({ group, name });
      },
    }),
    UpdateSchedule: operation(Written, {
      access: (input) => writing('UpdateSchedule', input),
      run: ({ Name: name, GroupName: group, ClientToken: _token, ...definition }) => {
        schedules.update({ group, name }, definition);
        return arn({ group, name });
      },
    }),
    GetSchedule: operation(One, {
      access: (input) => [on('GetSchedule', input)],
      run: ({ Name: name, GroupName: group }) => {
        const schedule = schedules.get({ group, name });
        return { ...describe(schedule, schedules), ...schedule.definition };
      },
    }),
    DeleteSchedule: operation(Removed, {
      access: (input) => [on('DeleteSchedule', input)],
      run: ({ Name: name, GroupName: group }) => {
        schedules.delete({ group, name });
        return {};
      },
    }),
    ListSchedules: operation(List, {
      // Whatever group is asked for, so that no statement on one group allows it (aws/aws-cdk#38201).
      access: () => [on('ListSchedules', { GroupName: '*', Name: '*' })],
      run: (input) => {
        const found = store.all().filter((schedule) => isListed(schedule, input));
        const page = found.slice(0, input.MaxResults);
        const last = page.at(-1);
        return {
          Schedules: page.map((schedule) => summarize(schedule, schedules)),
          ...(last !== undefined && page.length < found.length && { NextToken: positionOf(last) }),
        };
      },
    }),
  };
};

type Handlers<Input> = { access: (input: Input) => AccessRequest[]; run: (input: Input) => object };

const operation = <T>(schema: z.ZodMiniType<T>, { access, run }: Handlers<T>): SchedulerOperation => {
  const parse = (input: unknown): T => {
    const parsed = z.safeParse(schema, input);
    if (parsed.success) return parsed.data;
    throw new AwsError('ValidationException', `What the local cloud does not take: ${z.prettifyError(parsed.error)}`);
  };
  return { access: (input) => access(parse(input)), run: (input) => run(parse(input)) };
};

/** Where a schedule is in the order of the list. */
const positionOf = ({ group, name }: Schedule): string => `${group}/${name}`;

const isListed = (schedule: Schedule, { ScheduleGroup, NamePrefix, State, NextToken }: z.infer<typeof List>): boolean =>
  (ScheduleGroup === undefined || schedule.group === ScheduleGroup) &&
  schedule.name.startsWith(NamePrefix) &&
  (State === undefined || schedule.definition.State === State) &&
  (NextToken === '' || positionOf(schedule) > NextToken);

/** Times are in seconds on the wire. */
const describe = (schedule: Schedule, { arnOf }: Schedules) => ({
  Arn: arnOf(schedule),
  GroupName: schedule.group,
  Name: schedule.name,
  CreationDate: schedule.createdAt / 1000,
  LastModificationDate: schedule.modifiedAt / 1000,
});

const summarize = (schedule: Schedule, schedules: Schedules) => ({
  ...describe(schedule, schedules),
  State: schedule.definition.State,
  Target: { Arn: schedule.definition.Target.Arn },
});
