export { meetFaults } from './call-faults.ts';
export type { Fault, FaultInput, FaultKind } from './fault.ts';
export { type FaultLine, type Faults, type Injector, openFaults } from './faults.ts';
export { chooseSome, type Random } from './random.ts';
export { type FaultPlan, readFaults } from './read-faults.ts';
export { isFor } from './targets.ts';
