import type { Queues } from '../aws/sqs/index.ts';
import type { Clock } from '../clock.ts';
import type { Invocation } from '../lambda/index.ts';
import type { Template } from '../template/index.ts';
import { Poller } from './poller.ts';
import { type Mapping, readMappings } from './read-mappings.ts';

export type EventSourcesOptions = {
  template: Template;
  queues: Queues;
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
  /** Whether a function, by its logical id, may do that. */
  authorize: (functionId: string, action: string, resource: string) => { allowed: boolean };
  clock: Clock;
  /** Told, a line each, which batches failed. */
  report: (line: string) => void;
};

/**
 * Brings the messages of queues to the functions that the template maps them to, until it is disposed of. Throws, as
 * deployment would, when a function may not receive from its queue, or may run for longer than messages stay hidden.
 */
export const startEventSources = (options: EventSourcesOptions): Disposable => {
  const { template, queues, ...wiring } = options;
  using starting = new DisposableStack();
  for (const mapping of readMappings(template)) {
    const queue = queues.byArn(mapping.queue);
    checkPermissions(mapping, options);
    if (queue.config.visibility < mapping.function.timeout) {
      const { visibility, name } = queue.config;
      const times = `${visibility} seconds is less than the timeout of ${mapping.function.id}, ${mapping.function.timeout}`;
      throw new Error(
        `${mapping.id}: the visibility timeout of ${name}, ${times}: make it at least that, better six times.`,
      );
    }
    starting.use(new Poller(mapping, { queue, ...wiring }));
  }
  return starting.move();
};

/** "Lambda needs the following permissions to manage messages in your Amazon SQS queue" (Developer Guide, with-sqs). */
const needed = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

const checkPermissions = (mapping: Mapping, { authorize }: EventSourcesOptions): void => {
  const missing = needed.filter((action) => !authorize(mapping.function.id, action, mapping.queue).allowed);
  if (missing.length === 0) return;
  const wanted = `its role needs ${missing.join(', ')} on ${mapping.queue}`;
  throw new Error(`${mapping.id}: the function ${mapping.function.id} cannot consume the queue: ${wanted}.`);
};
