import * as z from 'zod/mini';

/** What AWS counts; `coldStarts` and `initMs` say how much of the rest is owed to them. */
export const quantities = [
  'gatewayMessages',
  'connectionMinutes',
  'invocations',
  'coldStarts',
  'initMs',
  'gbMs',
  'readUnits',
  'writeUnits',
  'snsPublishes',
  'snsPushes',
  'sqsRequests',
  'schedulerInvocations',
  'secretCalls',
  'logBytes',
] as const;

export type Quantity = (typeof quantities)[number];

const Usage = z.record(z.enum(quantities), z.number());
/** How much of each was used. */
export type Usage = z.infer<typeof Usage>;

const usageOf = (amount: (quantity: Quantity) => number): Usage =>
  Usage.parse(Object.fromEntries(quantities.map((quantity) => [quantity, amount(quantity)])));

export const noUsage = (): Usage => usageOf(() => 0);

export const plus = (a: Usage, b: Partial<Usage>): Usage => {
  const sum = { ...a };
  for (const quantity of quantities) sum[quantity] += b[quantity] ?? 0;
  return sum;
};

export const minus = (a: Usage, b: Usage): Usage => usageOf((quantity) => a[quantity] - b[quantity]);

/** The share of one in so many. */
export const shareOf = (usage: Usage, count: number): Usage => usageOf((quantity) => usage[quantity] / count);
