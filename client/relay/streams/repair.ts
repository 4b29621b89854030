import { missing, type Range, type Reception } from './reception.ts';

/** When the missing numbers are asked for, after they were missed or after the last answer; in milliseconds. */
const questions = [1_000, 6_000, 21_000];

/** How long nothing may come of it before they are given up. */
const patience = 60_000;

/** How many ranges one question names. */
export const rangesAsked = 100;

/** The mending of a stream. It lasts as long as the device is online, and is not kept. */
export type Repair = {
  /** When the numbers were missed, or when the last answer came. */
  since: number;
  asked: number;
  /** From 0 up to 1: delays the questions, so that the devices of an account do not all ask at once. */
  spread: number;
  /** What may be given up ends here; what was missed later has a time of its own. */
  upTo: number;
  /** How many numbers up to there have not come. */
  lacking: number;
};

export type RepairStep =
  /** Nothing is missing. */
  | { kind: 'whole' }
  /** To be asked again at `at`, or when something has come. */
  | { kind: 'wait'; repair: Repair; at: number }
  /** The sender is to be asked for these numbers; then as for `wait`. */
  | { kind: 'ask'; repair: Repair; at: number; ranges: Range[] }
  /** The gaps up to there are given up; then to be asked again, without a repair. */
  | { kind: 'give-up'; upTo: number };

type Now = { now: number; random: () => number };

const count = (ranges: readonly Range[]): number => ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);

const upTo = (ranges: readonly Range[], end: number): Range[] => ranges.filter(({ to }) => to <= end);

const begin = (ranges: readonly Range[], { now, random }: Now): Repair => ({
  since: now,
  asked: 0,
  spread: random(),
  upTo: ranges.at(-1)?.to ?? 0,
  lacking: count(ranges),
});

const dueAt = ({ since, asked, spread }: Repair): number => {
  const question = questions[asked];
  return question === undefined ? since + patience : since + question * (1 + spread);
};

/**
 * Time in which nobody could answer does not count: a device that slept, or whose date was set forwards, is late by no
 * more than one step; and one whose date was set back does not wait for the old one.
 */
const withoutJumps = (repair: Repair, now: number): Repair => {
  const late = Math.max(0, now - dueAt(repair));
  return { ...repair, since: Math.min(repair.since + late, now) };
};

/** Whether to ask for what is missing, to wait for it, or to give it up. Whatever comes of it renews the patience. */
export const stepRepair = (repair: Repair | undefined, reception: Reception, clock: Now): RepairStep => {
  const ranges = missing(reception).slice(0, rangesAsked);
  if (ranges.length === 0) return { kind: 'whole' };

  const answered = repair === undefined || count(upTo(ranges, repair.upTo)) < repair.lacking;
  const current = answered ? begin(ranges, clock) : withoutJumps(repair, clock.now);
  const at = dueAt(current);
  if (clock.now < at) return { kind: 'wait', repair: current, at };
  if (current.asked === questions.length) return { kind: 'give-up', upTo: current.upTo };
  const asked = { ...current, asked: current.asked + 1 };
  return { kind: 'ask', repair: asked, at: dueAt(asked), ranges };
};
