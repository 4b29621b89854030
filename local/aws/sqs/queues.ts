import type { Clock } from '../../clock.ts';
import type { Template } from '../../template/model.ts';
import type { Caller, Demand } from '../iam/index.ts';
import { noSuchQueue } from './errors.ts';
import type { MessageAttributes } from './message-attributes.ts';
import { openMessageStore } from './message-store.ts';
import { Queue } from './queue.ts';
import { readQueues } from './queue-config.ts';
import { senderId } from './sender-id.ts';

export type QueuesOptions = {
  template: Template;
  /** The folder that keeps the messages between runs; in memory without one. */
  data: string | undefined;
  clock: Clock;
  demand: Demand;
};

/** What another service of the cloud sends. */
export type Delivery = {
  /** The ARN of the queue. */
  to: string;
  body: string;
  attributes?: MessageAttributes;
  /** The service, or the role that it acts with. */
  by: Caller;
};

export type Queues = Disposable & {
  all: readonly Queue[];
  /** Throws QueueDoesNotExist when there is none with the ARN. */
  byArn: (arn: string) => Queue;
  /** The same for a queue's URL, whatever its host, or its name. */
  byUrl: (url: string) => Queue;
  /** The ARN that a URL or a name means, whether there is such a queue or not. */
  arnOf: (url: string) => string;
  /** The queues whose dead letters go to the queue with the ARN. */
  sourcesOf: (arn: string) => Queue[];
  /**
   * Takes a message of another service, durably, and returns its id. Throws an AwsError when the queue does not exist,
   * neither its policy nor one of the sender's allows sqs:SendMessage, or the message is not one that a queue takes.
   */
  send: (delivery: Delivery) => string;
};

/** The queues of a template. */
export const openQueues = ({ template, data, clock, demand }: QueuesOptions): Queues => {
  const configs = readQueues(template);
  const store = openMessageStore(data);
  const find = (arn: string): Queue => {
    const queue = queues.get(arn);
    if (queue === undefined) throw noSuchQueue(arn);
    return queue;
  };
  const queues = new Map(configs.map((config) => [config.arn, new Queue(config, { store, clock, find })]));
  return {
    all: [...queues.values()],
    byArn: find,
    byUrl: (url) => find(arnOf(template, url)),
    arnOf: (url) => arnOf(template, url),
    sourcesOf: (arn) => [...queues.values()].filter(({ config }) => config.redrive?.arn === arn),
    send: ({ to, body, attributes = {}, by }) => {
      demand(by, { action: 'sqs:SendMessage', resource: to, context: {} });
      return find(to).send({ body, attributes, sender: senderId(by.identity()) });
    },
    [Symbol.dispose]: () => {
      for (const queue of queues.values()) queue[Symbol.dispose]();
      store.close();
    },
  };
};

/** `http://<host>/<account>/<name>`, or the name alone. */
const arnOf = ({ region, account }: Pick<Template, 'region' | 'account'>, url: string): string =>
  `arn:aws:sqs:${region}:${account}:${url.slice(url.lastIndexOf('/') + 1)}`;
