import { matches } from '../aws/iam/wildcard.ts';
import type { Fault } from './fault.ts';

/** What there is to strike. */
export type Targets = {
  /** The operations of each service. */
  operations: ReadonlyMap<string, readonly string[]>;
  /** The functions by their logical ids and by their names. */
  functions: readonly string[];
};

/** Whether a pattern names a function. */
export const isFor = (pattern: string, { id, name }: { id: string; name: string }): boolean =>
  matches(pattern, id) || matches(pattern, name);

/** Throws when a fault could never strike, as its service, operation or function does not exist. */
export const checkTargets = (fault: Fault, { operations, functions }: Targets): void => {
  const check = (field: string, pattern: string, known: readonly string[]): void => {
    if (known.some((name) => matches(pattern, name))) return;
    throw new Error(
      `The fault ${JSON.stringify(fault)}: ${field}: there is no "${pattern}", there are ${known.join(', ')}.`,
    );
  };
  if ('service' in fault) {
    check('service', fault.service, [...operations.keys()]);
    const services = [...operations].filter(([service]) => matches(fault.service, service));
    check(
      'operation',
      fault.operation,
      services.flatMap(([, known]) => known),
    );
  }
  if ('function' in fault) check('function', fault.function, functions);
};
