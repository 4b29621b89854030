import * as z from 'zod/mini';
import type { Template } from '../../template/model.ts';
import { parseResource } from '../parse-resource.ts';
import { physicalName } from '../physical-name.ts';
import { Settings, settingsOf, type Subscription } from './subscription.ts';

const Protocol = z.enum(['sqs', 'lambda'], 'must be sqs or lambda: nothing else is delivered to here');
const Topic = z.object({
  TopicName: z.optional(z.string()),
  FifoTopic: z.optional(z.literal(false, 'must be absent: FIFO topics are not served here')),
  Subscription: z.optional(z.array(z.object({ Protocol, Endpoint: z.string() }))),
});
const Subscribed = z.extend(Settings, { TopicArn: z.string(), Protocol, Endpoint: z.string() });

/** The topics of a template, by ARN, and the subscriptions that it makes. */
export const readTopics = (template: Template): { topics: ReadonlySet<string>; subscriptions: Subscription[] } => {
  const resources = [...template.resources.values()];
  const topics = resources
    .filter(({ type }) => type === 'AWS::SNS::Topic')
    .map((resource) => {
      const { TopicName, Subscription: inline = [] } = parseResource(Topic, resource);
      const arn = `arn:aws:sns:${template.region}:${template.account}:${physicalName(template, resource.id, TopicName)}`;
      const subscriptions = inline.map(({ Protocol: protocol, Endpoint: endpoint }, index) => ({
        arn: `${arn}:${resource.id}-${index}`,
        topic: arn,
        protocol,
        endpoint,
        ...settingsOf({}),
      }));
      return { arn, subscriptions };
    });
  const separate = resources
    // Whoever is told by e-mail has to confirm it first, which nobody does here.
    .filter((one) => one.type === 'AWS::SNS::Subscription' && one.properties['Protocol'] !== 'email')
    .map((resource) => {
      const {
        TopicArn: topic,
        Protocol: protocol,
        Endpoint: endpoint,
        ...settings
      } = parseResource(Subscribed, resource);
      return { arn: `${topic}:${resource.id}`, topic, protocol, endpoint, ...settingsOf(settings) };
    });
  return {
    topics: new Set(topics.map(({ arn }) => arn)),
    subscriptions: [...topics.flatMap(({ subscriptions }) => subscriptions), ...separate],
  };
};
