import * as z from 'zod/mini';
import { FilterPolicy, matchesFilter, type Filtered } from './filter-policy.ts';
import { filteredAttributes, type Message, textFor } from './message.ts';

/** Who gets a topic's messages, and which. */
export const Subscription = z.object({
  arn: z.string(),
  topic: z.string(),
  protocol: z.enum(['sqs', 'lambda']),
  /** The ARN of the queue or function. */
  endpoint: z.string(),
  /** Whether a queue gets the bare message rather than one in SNS's envelope. */
  raw: z.boolean(),
  filter: z.optional(z.object({ policy: FilterPolicy, scope: z.enum(['MessageAttributes', 'MessageBody']) })),
  /** The ARN of the queue for what cannot be delivered. */
  deadLetters: z.optional(z.string()),
});
export type Subscription = z.infer<typeof Subscription>;

/** What a subscription is made of, in the template and on the wire. */
export const Settings = z.object({
  FilterPolicy: z.optional(FilterPolicy),
  FilterPolicyScope: z.optional(z.enum(['MessageAttributes', 'MessageBody'])),
  RawMessageDelivery: z.optional(z.boolean()),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string() })),
});

export const settingsOf = (
  settings: z.infer<typeof Settings>,
): Pick<Subscription, 'raw' | 'filter' | 'deadLetters'> => {
  const { FilterPolicy: policy, FilterPolicyScope: scope = 'MessageAttributes', RedrivePolicy: redrive } = settings;
  return {
    raw: settings.RawMessageDelivery ?? false,
    ...(policy !== undefined && { filter: { policy, scope } }),
    ...(redrive !== undefined && { deadLetters: redrive.deadLetterTargetArn }),
  };
};

/** Whether a subscription wants a message. A body that is no JSON object matches no policy for bodies. */
export const wants = ({ protocol, filter }: Subscription, message: Message): boolean => {
  if (filter === undefined) return true;
  if (filter.scope === 'MessageAttributes') return matchesFilter(filter.policy, filteredAttributes(message));
  const body = filteredBody(textFor(message, protocol) ?? '');
  return body !== undefined && matchesFilter(filter.policy, body);
};

const filteredBody = (text: string): Filtered | undefined => {
  try {
    const parsed = z.safeParse(z.record(z.string(), z.unknown()), JSON.parse(text));
    return parsed.success ? leaves(parsed.data) : undefined;
  } catch {
    return undefined;
  }
};

const leaves = (body: Record<string, unknown>): Filtered =>
  Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      const nested = z.safeParse(z.record(z.string(), z.unknown()), value);
      return [key, nested.success ? leaves(nested.data) : [value].flat()];
    }),
  );
