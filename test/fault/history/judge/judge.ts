import { findDuplicated } from './duplicated.ts';
import type { History } from './fact.ts';
import { findForeign } from './foreign.ts';
import { findLost } from './lost.ts';
import { readPeople } from './people.ts';
import { findReordered } from './reordered.ts';
import type { Violation } from './violation.ts';

export type Verdict = {
  /** Messages that their senders were told are accepted. */
  accepted: number;
  /** Messages that every device has got that was to have them. */
  delivered: number;
  /** Accepted messages that a device lacks that was to have them. */
  lost: number;
  /** Deliveries of what the application was done with already. */
  duplicated: number;
  /** Deliveries after one that was sent later by the same device. */
  reordered: number;
  /** Deliveries of what was not for this device, or not what was written. */
  foreign: number;
  /** Deliveries once more of what an application was at work on when it was killed: no violation. */
  interrupted: number;
  /** The shortest first. */
  violations: Violation[];
};

/** What a history shows, whoever made it: nothing here knows more of the messenger than the facts say. */
export const judge = (history: History): Verdict => {
  const people = readPeople(history);
  const { accepted, delivered, lost } = findLost(history, people);
  const { duplicated, interrupted } = findDuplicated(history);
  const reordered = findReordered(history, people);
  const foreign = findForeign(history, people);
  const violations = [...lost, ...duplicated, ...reordered, ...foreign];
  return {
    accepted,
    delivered,
    lost: lost.length,
    duplicated: duplicated.length,
    reordered: reordered.length,
    foreign: foreign.length,
    interrupted,
    violations: violations.toSorted((one, other) => one.facts.length - other.facts.length),
  };
};
