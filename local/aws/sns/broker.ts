import { type Courier, deliver } from './deliver.ts';
import type { Message } from './message.ts';
import { invalidParameter, notFound } from './operation.ts';
import type { Subscriptions } from './subscriptions.ts';
import { wants } from './subscription.ts';

/** Brings what is published to a topic to its subscribers. */
export type Broker = {
  /** Throws NotFound when there is no such topic. Returns at once: nobody who publishes waits for a subscriber. */
  publish: (topic: string, message: Message) => void;
};

export const startBroker = (courier: Courier, subscriptions: Subscriptions): Broker => ({
  publish: (topic, message) => {
    if (!subscriptions.topics.has(topic)) throw notFound('Topic');
    if (typeof message.text !== 'string' && message.text['default'] === undefined) {
      throw invalidParameter('Message Structure - No default entry in JSON message body');
    }
    for (const subscription of subscriptions.of(topic)) {
      if (wants(subscription, message)) void deliver(courier, subscription, message);
    }
  },
});
