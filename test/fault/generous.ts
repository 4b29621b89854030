import { quotaNames, quotas } from '../../functions/shared/quotas.ts';

/** Rates that nobody here meets: what is refused for its frequency is not looked at. */
export const generousRates: Readonly<Record<string, number>> = Object.fromEntries(
  quotaNames.filter((name) => 'period' in quotas[name]).map((name) => [name, 1_000_000_000]),
);
