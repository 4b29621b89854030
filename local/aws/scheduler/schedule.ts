import * as z from 'zod/mini';

export const Name = z.string().check(z.regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, or - _ .'));

const Retry = z.strictObject({
  MaximumEventAgeInSeconds: z.optional(z.int()),
  MaximumRetryAttempts: z.optional(z.int()),
});

export const Target = z.strictObject({
  Arn: z
    .string()
    .check(
      z.regex(/^arn:aws:(lambda:.*:function:[\w-]+|sqs:.*)$/, 'must be a function or a queue: nothing else is served'),
    ),
  RoleArn: z.string(),
  Input: z.optional(z.string().check(z.maxLength(262_144))),
  /** Without effect: what a target refuses here, it would refuse again. */
  RetryPolicy: z.optional(Retry),
});
export type Target = z.infer<typeof Target>;

/** What a caller says of a schedule; one-time schedules ignore the dates (Scheduler API Reference, "CreateSchedule"). */
export const Definition = z.strictObject({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z._default(z.string(), 'UTC'),
  FlexibleTimeWindow: z.strictObject({
    Mode: z.literal('OFF', 'must be OFF: flexible time windows are not served by the local cloud'),
  }),
  Target,
  ActionAfterCompletion: z._default(z.enum(['NONE', 'DELETE']), 'NONE'),
  State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
  Description: z.optional(z.string()),
  StartDate: z.optional(z.number()),
  EndDate: z.optional(z.number()),
});
export type Definition = z.infer<typeof Definition>;

/** A schedule as it is kept; times in milliseconds since 1970. */
export type Schedule = {
  group: string;
  name: string;
  definition: Definition;
  /** Of the request that created it, by which its repetition is known. */
  clientToken: string | undefined;
  /** When it fires; never again without it. */
  dueAt: number | undefined;
  createdAt: number;
  modifiedAt: number;
};

/** What a schedule that fired has to bring to its target. */
export type Delivery = {
  /** Of the execution, unique. */
  id: string;
  scheduleArn: string;
  target: Pick<Target, 'Arn' | 'RoleArn'>;
  input: string;
};
