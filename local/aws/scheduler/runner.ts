import type { Clock } from '../../clock.ts';
import { invokeAsync } from '../../lambda/invoke-async.ts';
import type { Invocation } from '../../lambda/index.ts';
import type { Template } from '../../template/model.ts';
import { type Demand, roleCaller } from '../iam/index.ts';
import type { Queues } from '../sqs/index.ts';
import { executionOf } from './execution.ts';
import type { Delivery, Schedule } from './schedule.ts';
import type { ScheduleStore } from './schedule-store.ts';

export type RunnerOptions = {
  template: Template;
  store: ScheduleStore;
  arnOf: (schedule: Schedule) => string;
  clock: Clock;
  demand: Demand;
  queues: Pick<Queues, 'send'>;
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
  report: (line: string) => void;
};

export type Runner = Disposable & {
  /** To be called when there may be another schedule that is next. */
  arm: () => void;
};

/** Timers count in 32 bits, some 24 days. */
const longestTimer = 24 * 3_600_000;

/** Fires schedules when their time has come; what an earlier run was late for, or did not bring to its end, comes first. */
export const startRunner = (options: RunnerOptions): Runner => {
  const { store, clock, report } = options;
  let stopped = false;
  let cancel: (() => void) | undefined;

  const bring = async (delivery: Delivery): Promise<void> => {
    const failure = await deliver(options, delivery).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    // What was cut short is brought again by the next run.
    if (stopped) return;
    store.removeDelivery(delivery.id);
    if (failure !== undefined) report(`${delivery.scheduleArn} failed to reach ${delivery.target.Arn}: ${failure}`);
  };
  const fire = (): void => {
    const deliveries = store.transact(() => store.due(clock.now()).map((schedule) => complete(options, schedule)));
    for (const delivery of deliveries) void bring(delivery);
    arm();
  };
  const arm = (): void => {
    cancel?.();
    const next = store.nextDue();
    if (next === undefined) return;
    cancel = clock.after(Math.min(Math.max(next - clock.now(), 0), longestTimer), fire);
  };

  for (const delivery of store.pendingDeliveries()) void bring(delivery);
  fire();
  return {
    arm,
    [Symbol.dispose]: () => {
      stopped = true;
      cancel?.();
    },
  };
};

const complete = ({ template, store, arnOf, clock }: RunnerOptions, schedule: Schedule): Delivery => {
  const { dueAt = clock.now(), definition } = schedule;
  const delivery = executionOf(template, schedule, { scheduleArn: arnOf(schedule), dueAt });
  store.addDelivery(delivery);
  if (definition.ActionAfterCompletion === 'DELETE') store.remove(schedule);
  else store.put({ ...schedule, dueAt: undefined });
  return delivery;
};

/** Resolves with what went wrong at last, or with nothing; rejects when the target was not reached. */
const deliver = async (options: RunnerOptions, delivery: Delivery): Promise<string | undefined> => {
  const { template, demand, queues, invoke, clock } = options;
  const { id, target, input } = delivery;
  const by = roleCaller(template, target.RoleArn, id);
  if (target.Arn.startsWith('arn:aws:sqs:')) {
    queues.send({ to: target.Arn, body: input, by });
    return undefined;
  }
  demand(by, { action: 'lambda:InvokeFunction', resource: target.Arn, context: {} });
  const invocation = await invokeAsync({ invoke, clock }, target.Arn, JSON.parse(input));
  return 'error' in invocation ? invocation.message : undefined;
};
