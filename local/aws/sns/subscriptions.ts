import { isDeepStrictEqual } from 'node:util';
import type { Template } from '../../template/model.ts';
import { type KeptMap, openKeptMap } from '../kept-map.ts';
import { invalidParameter, notFound } from './operation.ts';
import { Subscription } from './subscription.ts';
import { readTopics } from './topics.ts';

export type Subscriptions = Disposable & {
  /** The ARNs of the topics. */
  topics: ReadonlySet<string>;
  of: (topic: string) => Subscription[];
  /** Returns the ARN, which is the existing one when there is the very same already. Throws when another is in the way. */
  add: (subscription: Omit<Subscription, 'arn'>, id: string) => string;
  /** Does nothing when there is none. */
  remove: (arn: string) => void;
};

/** The subscriptions of the template, and those that were made since. */
export const openSubscriptions = (template: Template, data: string | undefined): Subscriptions => {
  const { topics, subscriptions: defined } = readTopics(template);
  const made: KeptMap<Subscription> = openKeptMap({ data, name: 'sns-subscriptions', schema: Subscription });
  // A subscription of the template that is removed is back after the next start, as after the next deployment.
  const present = new Map(defined.map((subscription) => [subscription.arn, subscription]));
  const of = (topic: string) => [...present.values(), ...made.values()].filter((one) => one.topic === topic);
  return {
    topics,
    of,
    add: (wanted, id) => {
      if (!topics.has(wanted.topic)) throw notFound('Topic');
      const { protocol, endpoint } = wanted;
      const existing = of(wanted.topic).find((one) => one.protocol === protocol && one.endpoint === endpoint);
      if (existing === undefined) {
        const arn = `${wanted.topic}:${id}`;
        made.set(arn, { ...wanted, arn });
        return arn;
      }
      if (isDeepStrictEqual(existing, { ...wanted, arn: existing.arn })) return existing.arn;
      throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
    },
    remove: (arn) => {
      present.delete(arn);
      made.delete(arn);
    },
    [Symbol.dispose]: () => made[Symbol.dispose](),
  };
};
