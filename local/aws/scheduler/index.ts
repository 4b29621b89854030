import type { Clock } from '../../clock.ts';
import type { Invocation } from '../../lambda/index.ts';
import type { Template } from '../../template/model.ts';
import { AwsError } from '../errors.ts';
import type { Demand } from '../iam/index.ts';
import type { Service } from '../service.ts';
import type { Queues } from '../sqs/index.ts';
import { schedulerOperations } from './operations.ts';
import { jsonReply, restProtocol } from './rest-protocol.ts';
import { startRunner } from './runner.ts';
import { openScheduleStore } from './schedule-store.ts';
import { openSchedules } from './schedules.ts';

export type SchedulerOptions = {
  template: Template;
  /** The folder that keeps the schedules between runs; in memory without one. */
  data: string | undefined;
  clock: Clock;
  demand: Demand;
  queues: Pick<Queues, 'send'>;
  /** Runs a function by its ARN. */
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
  report: (line: string) => void;
};

/** One-time schedules, made by the functions themselves, that invoke functions and send to queues. */
export const startScheduler = (options: SchedulerOptions): Service => {
  const { template, data, clock } = options;
  using starting = new DisposableStack();
  const store = starting.adopt(openScheduleStore(data), (opened) => opened.close());
  const schedules = openSchedules(template, store, clock);
  const operations = schedulerOperations({ schedules, store });
  const runner = starting.use(startRunner({ ...options, store, arnOf: schedules.arnOf }));
  const find = (name: string) => {
    const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (found !== undefined) return found;
    throw new AwsError('UnknownOperationException', `The local cloud does not serve Scheduler's ${name}.`);
  };

  const running = starting.move();
  return {
    name: 'scheduler',
    protocol: restProtocol,
    operations: Object.keys(operations),
    actions: (operation, input) => find(operation).access(input),
    handle: async ({ operation, input }) => {
      const output = find(operation).run(input);
      runner.arm();
      return jsonReply(output);
    },
    [Symbol.asyncDispose]: async () => running.dispose(),
  };
};
