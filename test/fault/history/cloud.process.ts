/** The whole local cloud in a process of its own, to be killed. */
import { runningClock, startCloud } from '#local';
import { CloudOptions, CloudOrder, type CloudState } from './cloud-orders.ts';

const { app, data, port, lead: ahead, seed } = CloudOptions.parse(JSON.parse(process.argv[2] ?? ''));
const clock = runningClock(Date.now() + ahead);
await using cloud = await startCloud({ app, data, port, clock, faults: { seed } });
const faults = new Map<string, Disposable>();

const obey = async (told: unknown): Promise<void> => {
  const order = CloudOrder.parse(told);
  switch (order.kind) {
    case 'begin':
      faults.set(order.name, cloud.faults.add(order.fault, order.name));
      break;
    case 'end':
      faults.get(order.name)?.[Symbol.dispose]();
      break;
    case 'advance':
      await clock.advance(order.by);
      break;
    case 'look':
  }
};
const answer = (): void => {
  const lead = clock.now() - Date.now();
  const state: CloudState = { endpoint: cloud.endpoint, lead, struck: cloud.faults.counts() };
  process.send?.(state);
};

const { promise: orphaned, resolve: leave } = Promise.withResolvers<void>();
process.on('disconnect', leave);
process.on('message', (order) => void obey(order).then(answer));
answer();
await orphaned;
