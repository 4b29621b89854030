import type { Message } from './message.ts';
import type { Subscription } from './subscription.ts';

/**
 * What a queue gets of a message, around its text (SNS Developer Guide, "Amazon SNS message and JSON formats").
 * Nothing is signed here, as there is no certificate to check it with.
 */
export const envelope = (message: Message, text: string, { topic, arn }: Subscription) => {
  const host = `https://sns.${topic.split(':')[3]}.amazonaws.com`;
  return {
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: topic,
    ...(message.subject !== undefined && { Subject: message.subject }),
    Message: text,
    Timestamp: new Date(message.at).toISOString(),
    SignatureVersion: '1',
    Signature: '',
    SigningCertURL: `${host}/SimpleNotificationService.pem`,
    UnsubscribeURL: `${host}/?Action=Unsubscribe&SubscriptionArn=${arn}`,
    ...(Object.keys(message.attributes).length > 0 && { MessageAttributes: attributesOf(message) }),
  };
};

/** What a function gets (Lambda Developer Guide, "Using AWS Lambda with Amazon SNS"): other names, absent as null. */
export const lambdaEvent = (message: Message, text: string, subscription: Subscription) => {
  const { Subject = null, SigningCertURL, UnsubscribeURL, ...rest } = envelope(message, text, subscription);
  const Sns = {
    ...rest,
    Subject,
    SigningCertUrl: SigningCertURL,
    UnsubscribeUrl: UnsubscribeURL,
    MessageAttributes: attributesOf(message),
  };
  return {
    Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }],
  };
};

const attributesOf = ({ attributes }: Message) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType: Type, StringValue, BinaryValue }]) => [
      name,
      { Type, Value: StringValue ?? BinaryValue ?? '' },
    ]),
  );
