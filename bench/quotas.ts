import { quotaNames } from '../functions/shared/quotas.ts';

/**
 * Settings of an app that allows more than a bench asks for: all its clients have one address, and some do in a minute
 * what people do in a day. What is counted against a quota is counted all the same, so nothing gets cheaper by it.
 */
export const ampleQuotas: Readonly<Record<string, string>> = Object.fromEntries(
  quotaNames.map((name) => [`tandem.${name}`, '1000000000']),
);
