import { attributesDigest, bodyDigest, type Received, systemAttributes } from '../aws/sqs/index.ts';

/** The event of a batch of messages (Lambda Developer Guide, "Using Lambda with Amazon SQS", example event). */
export const batchEvent = (messages: readonly Received[], queueArn: string) => ({
  Records: messages.map((message) => recordOf(message, queueArn)),
});

const recordOf = (message: Received, queueArn: string) => {
  const md5OfMessageAttributes = attributesDigest(message.attributes);
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message, ['All']),
    messageAttributes: attributesOf(message),
    ...(md5OfMessageAttributes !== undefined && { md5OfMessageAttributes }),
    md5OfBody: bodyDigest(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  };
};

const attributesOf = ({ attributes }: Received) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ]),
  );
