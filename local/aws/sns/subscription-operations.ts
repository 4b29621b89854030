import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { invalidParameter, notFound, operation, type SnsOperations } from './operation.ts';
import { Settings, settingsOf, type Subscription } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';

const Subscribe = z.object({
  TopicArn: z.string(),
  Protocol: z.enum(['sqs', 'lambda'], 'Protocol must be sqs or lambda: nothing else is delivered to here'),
  Endpoint: z.string(),
  Attributes: z.optional(z.record(z.string(), z.string())),
});

export const subscriptionOperations = (subscriptions: Subscriptions, account: string): SnsOperations => ({
  Subscribe: operation(Subscribe, {
    resource: ({ TopicArn }) => TopicArn,
    context: ({ Protocol, Endpoint }) => ({ 'sns:Protocol': [Protocol], 'sns:Endpoint': [Endpoint] }),
    run: async ({ TopicArn: topic, Protocol: protocol, Endpoint: endpoint, Attributes = {} }) => {
      const wanted = { topic, protocol, endpoint, ...readSettings(Attributes) };
      return { SubscriptionArn: subscriptions.add(wanted, randomUUID()) };
    },
  }),
  Unsubscribe: operation(z.object({ SubscriptionArn: z.string() }), {
    resource: ({ SubscriptionArn: arn }) => arn.slice(0, arn.lastIndexOf(':')),
    run: async ({ SubscriptionArn: arn }) => {
      subscriptions.remove(arn);
      return undefined;
    },
  }),
  ListSubscriptionsByTopic: operation(z.object({ TopicArn: z.string() }), {
    resource: ({ TopicArn }) => TopicArn,
    run: async ({ TopicArn: topic }) => {
      if (!subscriptions.topics.has(topic)) throw notFound('Topic');
      return { Subscriptions: subscriptions.of(topic).map((one) => described(one, account)) };
    },
  }),
});

const described = ({ arn, topic, protocol, endpoint }: Subscription, account: string) => ({
  SubscriptionArn: arn,
  Owner: account,
  Protocol: protocol,
  Endpoint: endpoint,
  TopicArn: topic,
});

const readSettings = (attributes: Readonly<Record<string, string>>) => {
  const parsed = z.safeParse(z.strictObject(Settings.shape), unquoted(attributes));
  if (parsed.success) return settingsOf(parsed.data);
  throw invalidParameter(`Attributes Reason: ${z.prettifyError(parsed.error)}`);
};

/** All attributes but the scope are JSON. */
const unquoted = (attributes: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (name === 'FilterPolicyScope') return [name, value];
      try {
        return [name, JSON.parse(value) as unknown];
      } catch {
        throw invalidParameter(`Attributes Reason: ${name}: failed to parse JSON`);
      }
    }),
  );
