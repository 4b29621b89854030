import { startApp } from '../../fixtures/stage.ts';
import type { Cloud, FaultKind } from '#local';
import { playHistory, type Played } from './history.ts';
import { type Lane, openLane } from './lane.ts';
import type { Which } from './plan.ts';

/** A history in which something did not hold. */
export type Failure = {
  history: number;
  violations: readonly string[];
  /** Of so many steps of the history, so many are enough: the fewest that showed a violation again. */
  steps: number;
  shortest: number;
  /** What happened, in the shortest. */
  lines: readonly string[];
};

export type Report = {
  seed: number;
  histories: number;
  /** Devices that pairings have linked. */
  linked: number;
  violations: number;
  calls: number;
  /** What became of the calls: done, lost, or the name of the refusal. */
  outcomes: Record<string, number>;
  /** How often each fault has struck. */
  faults: Record<string, number>;
  milliseconds: number;
  failures: Failure[];
};

/** As many clouds side by side as two processors are busy with; each starts cold, so it has some histories at least. */
const lanes = { most: 3, histories: 20 };
/** Nobody is to be refused for what many do from one address. */
const settings = {
  'tandem.guestConnectionsPerMinute': 1_000_000,
  'tandem.guestCallsPerMinute': 1_000_000,
  'tandem.registrationsPerHour': 1_000_000,
  'tandem.deviceCallsPerMinute': 1_000_000,
};

/** Plays the histories of these numbers, each by itself. `tell` hears of each, and of a failure in it. */
export const checkPairing = async (
  seed: number,
  numbers: readonly number[],
  tell: (played: number, failure: Failure | undefined) => void = () => undefined,
): Promise<Report> => {
  const began = performance.now();
  await using stage = await startApp(settings);
  const { directory: app } = stage.app.synth();
  const report: Report = {
    seed,
    histories: numbers.length,
    linked: 0,
    violations: 0,
    calls: 0,
    outcomes: {},
    faults: {},
    milliseconds: 0,
    failures: [],
  };
  const waiting = [...numbers];
  let played = 0;
  const work = async () => {
    await using lane = await openLane(app, seed);
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const which = { seed, number };
      const whole = await playHistory(lane, which);
      add(report, whole);
      const failure = whole.journal.violations.length > 0 ? await shorten(lane, which, whole) : undefined;
      if (failure !== undefined) report.failures.push(failure);
      played += 1;
      tell(played, failure);
    }
    addFaults(report, lane.cloud);
  };
  const count = Math.min(lanes.most, Math.ceil(numbers.length / lanes.histories));
  await Promise.all(Array.from({ length: count }, work));
  report.failures.sort((one, other) => one.history - other.history);
  return { ...report, milliseconds: Math.round(performance.now() - began) };
};

const add = (report: Report, { linked, journal }: Played): void => {
  report.linked += linked;
  report.violations += journal.violations.length;
  report.calls += journal.asks.length;
  for (const { outcome } of journal.asks) {
    const name = outcome.kind === 'refused' ? outcome.error.data.code : outcome.kind;
    report.outcomes[name] = (report.outcomes[name] ?? 0) + 1;
  }
};

const addFaults = ({ faults }: Report, cloud: Cloud): void => {
  const counts: Partial<Record<FaultKind, number>> = cloud.faults.counts();
  for (const [kind, count] of Object.entries(counts)) faults[kind] = (faults[kind] ?? 0) + count;
};

/** Plays ever more of a history's steps until something does not hold again. What only timing brings may not come again. */
const shorten = async (lane: Lane, which: Which, whole: Played): Promise<Failure> => {
  let shortest = whole;
  for (let steps = 1; steps < whole.steps; steps += 1) {
    const played = await playHistory(lane, which, steps);
    if (played.journal.violations.length === 0) continue;
    shortest = played;
    break;
  }
  return {
    history: which.number,
    violations: shortest.journal.violations,
    steps: whole.steps,
    shortest: shortest.steps,
    lines: shortest.journal.lines,
  };
};
