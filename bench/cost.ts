import { costOf, type Reading, shareOf, type Usage } from '#local';
import { type Scenario, scenarios } from './scenarios.ts';
import { openStage, type Stage } from './stage.ts';

/** What one unit of a scenario takes, on average; connection time is left out, for it goes by the clock. */
export type Cost = {
  scenario: string;
  unit: Scenario['unit'];
  /** How many units were measured. */
  count: number;
  perUnit: Usage;
  usdPerMillion: number;
};

/** Units that are played before it counts, so that every function is warm. */
const warmUp = 3;
/** Nothing may be on its way when it begins or ends to count: the SDK gathers acknowledgements for a quarter of a second. */
const pause = 500;

/** Plays every scenario against the app synthesized in a folder. */
export const measureCosts = async (app: string): Promise<Cost[]> => {
  await using stage = await openStage(app);
  const costs: Cost[] = [];
  for (const scenario of scenarios(stage)) costs.push(await measureCost(stage, scenario));
  return costs;
};

export const measureCost = async (stage: Stage, { name, unit, count, run }: Scenario): Promise<Cost> => {
  await usedBy(stage, (after) => run(Math.min(count, warmUp), after));
  const { totals } = await usedBy(stage, (after) => run(count, after));
  const perUnit = { ...shareOf(totals, count), connectionMinutes: 0 };
  return { scenario: name, unit, count, perUnit, usdPerMillion: costOf(perUnit) * 1e6 };
};

const usedBy = async (
  { cloud: { meter }, follower }: Stage,
  run: (after: AsyncDisposableStack) => Promise<void>,
): Promise<Reading> => {
  await using after = new AsyncDisposableStack();
  await follower.quiet(pause);
  const before = meter.snapshot();
  await run(after);
  await follower.quiet(pause);
  return meter.since(before);
};
