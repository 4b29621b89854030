import type { Template } from '../../template/model.ts';
import { AwsError } from '../errors.ts';
import type { Service } from '../service.ts';
import { applicationOperations } from './application-operations.ts';
import { startBroker } from './broker.ts';
import type { Courier } from './deliver.ts';
import { endpointOperations } from './endpoint-operations.ts';
import type { SnsOperation, SnsOperations } from './operation.ts';
import type { Outbox } from './outbox.ts';
import { openPhones } from './phones.ts';
import { publishOperations } from './publish-operations.ts';
import { type Provider, startPusher } from './push.ts';
import { protocol } from './protocol.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { openSubscriptions } from './subscriptions.ts';

export type { Outbox, Push } from './outbox.ts';
export type { Provider } from './push.ts';

export type SnsOptions = Courier & {
  template: Template;
  /** The folder that keeps applications, endpoints and subscriptions between runs; in memory without one. */
  data: string | undefined;
};

/** What tests and the command line do with SNS beside calling it. */
export type SnsControl = { outbox: Outbox; provider: Provider };

/** The template's topics, and mobile push up to where the providers would take over. */
export const startSns = (options: SnsOptions): Service & SnsControl => {
  const { template, data, clock, report } = options;
  const subscriptions = openSubscriptions(template, data);
  const broker = startBroker(options, subscriptions);
  const phones = openPhones({ data, broker, now: clock.now, report });
  const pusher = startPusher(phones);
  const operations: SnsOperations = {
    ...publishOperations({ broker, pusher, now: clock.now }),
    ...subscriptionOperations(subscriptions, template.account),
    ...applicationOperations(phones, template),
    ...endpointOperations(phones),
  };
  const find = (name: string): SnsOperation => {
    const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (found !== undefined) return found;
    throw new AwsError('InvalidAction', `The local cloud does not serve SNS's ${name}.`);
  };
  return {
    name: 'sns',
    protocol,
    operations: Object.keys(operations),
    actions: (name, input) => {
      const operation = find(name);
      // A batch needs the permission of its messages.
      const action = `sns:${name === 'PublishBatch' ? 'Publish' : name}`;
      return [{ action, resource: operation.resource(input), context: operation.context(input) }];
    },
    handle: async ({ operation, input }) => protocol.reply(operation, await find(operation).run(input)),
    outbox: pusher.outbox,
    provider: pusher.provider,
    [Symbol.asyncDispose]: async () => {
      subscriptions[Symbol.dispose]();
      phones[Symbol.dispose]();
    },
  };
};
