import type { Clock } from '../../clock.ts';
import type { Invocation } from '../../lambda/index.ts';
import { invokeAsync } from '../../lambda/index.ts';
import { AwsError } from '../errors.ts';
import { type Demand, serviceCaller } from '../iam/index.ts';
import type { Queues } from '../sqs/index.ts';
import type { Message } from './message.ts';
import { textFor } from './message.ts';
import { envelope, lambdaEvent } from './notification.ts';
import type { Subscription } from './subscription.ts';

/** What carries messages to subscribers. */
export type Courier = {
  queues: Pick<Queues, 'send'>;
  /** Runs a function by its ARN. */
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
  demand: Demand;
  clock: Clock;
  report: (line: string) => void;
};

/** Brings a message to a subscriber. Never throws: what cannot be delivered is reported and goes to its dead letters. */
export const deliver = async (courier: Courier, subscription: Subscription, message: Message): Promise<void> => {
  // A structured message has a default, which is for whomever it does not name.
  const text = textFor(message, subscription.protocol) ?? '';
  try {
    if (subscription.protocol === 'sqs') sendTo(courier, subscription, { message, text });
    else await invokeFor(courier, subscription, { message, text });
  } catch (error) {
    giveUp(courier, subscription, { message, text, error });
  }
};

type Parcel = { message: Message; text: string };

const sendTo = ({ queues }: Courier, subscription: Subscription, { message, text }: Parcel): void => {
  const by = serviceCaller('sns.amazonaws.com', subscription.topic);
  const to = subscription.endpoint;
  if (subscription.raw) queues.send({ to, by, body: text, attributes: { ...message.attributes } });
  else queues.send({ to, by, body: JSON.stringify(envelope(message, text, subscription)) });
};

const invokeFor = async (courier: Courier, subscription: Subscription, { message, text }: Parcel): Promise<void> => {
  const { endpoint: resource, topic } = subscription;
  const by = serviceCaller('sns.amazonaws.com', topic);
  courier.demand(by, { action: 'lambda:InvokeFunction', resource, context: {} });
  const last = await invokeAsync(courier, resource, lambdaEvent(message, text, subscription));
  if ('error' in last) courier.report(`${resource} failed on message ${message.id} for good: ${last.message}`);
};

/**
 * What a subscriber's side is to blame for, such as a missing queue or permission, is not tried again (SNS Developer
 * Guide, "Amazon SNS dead-letter queues"). What a function does with a message is Lambda's business, not SNS's.
 */
const giveUp = (
  courier: Courier,
  subscription: Subscription,
  { message, text, error }: Parcel & { error: unknown },
) => {
  const { topic, endpoint, deadLetters: to } = subscription;
  const reason = error instanceof Error ? error.message : String(error);
  courier.report(`${topic} could not deliver to ${endpoint}: ${reason}`);
  if (to === undefined) return;
  const code = error instanceof AwsError ? error.name : 'ResourceNotFoundException';
  try {
    courier.queues.send({
      to,
      by: serviceCaller('sns.amazonaws.com', topic),
      body: subscription.raw ? text : JSON.stringify(envelope(message, text, subscription)),
      // unverified: the names of these attributes.
      attributes: {
        ErrorCode: { DataType: 'String', StringValue: code },
        ErrorMessage: { DataType: 'String', StringValue: reason },
      },
    });
  } catch (failure) {
    courier.report(`${topic} could not deliver to the dead letters ${to} either: ${String(failure)}`);
  }
};
