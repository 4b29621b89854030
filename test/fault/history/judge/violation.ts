import type { Fact } from './fact.ts';

/** Something that must not be, and the facts without any of which it could not be told. */
export type Violation = {
  kind: 'lost' | 'duplicated' | 'reordered' | 'foreign';
  what: string;
  facts: readonly Fact[];
};
