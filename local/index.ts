export { startEngine } from './aws/index.ts';
export type { Aws, AwsCall, Credentials, Outbox, Provider, Push, SnsControl } from './aws/index.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Cloud, type CloudLine, type CloudOptions, startCloud } from './cloud.ts';
export type { Fault, FaultInput, FaultKind, FaultPlan, Faults } from './faults/index.ts';
export type { Gateway } from './gateway/index.ts';
export { type MovableClock, runningClock, standingClock } from './movable-clock.ts';
export {
  alignColumns,
  costOf,
  formatAmount,
  type Meter,
  priceList,
  type Quantity,
  quantities,
  quantityNames,
  type Reading,
  shareOf,
  type Usage,
  usageTable,
} from './meter/index.ts';
export {
  type Activity,
  type Counters,
  functionConfig,
  functionResources,
  type Invocation,
  type Lambda,
  type LogLine,
} from './lambda/index.ts';
export { synthesize } from './synthesize.ts';
export { loadTemplate } from './template/index.ts';
