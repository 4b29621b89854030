export type { Aws, AwsCall, Credentials } from './aws/index.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Cloud, type CloudLine, type CloudOptions, startCloud } from './cloud.ts';
export type { Gateway } from './gateway/index.ts';
export type { Counters, Invocation, Lambda, LogLine } from './lambda/index.ts';
