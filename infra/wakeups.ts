import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { WorkQueue } from './work-queue.ts';

/** Where it is said that a device has mail and was not connected, and the queue of those to be told. */
export class Wakeups extends Construct {
  readonly topic: Topic;
  readonly work: WorkQueue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.work = new WorkQueue(this, 'Notices');
    const { queue, deadLetters } = this.work;
    this.topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true, deadLetterQueue: deadLetters }));
  }
}
