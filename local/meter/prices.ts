import { quantities, type Quantity, type Usage } from './usage.ts';

type Price = {
  usd: number;
  /** How many of the quantity that buys. */
  per: number;
  source: string;
};

/**
 * The list prices of us-east-1 without free tiers, volume discounts, data transfer, logs and storage. A `gbMs` is of arm64.
 * Where no page of AWS's could be read, the source is who quotes it.
 */
export const priceList = {
  region: 'us-east-1',
  asOf: '2026-11-23',
  prices: {
    gatewayMessages: {
      usd: 1,
      per: 1e6,
      source: 'awsforengineers.com, May 2025; 32 KB each: aws.amazon.com/api-gateway/pricing',
    },
    connectionMinutes: { usd: 0.25, per: 1e6, source: 'repost.aws/questions/QU7IqgooGeQmqudOsmzTw5YQ' },
    invocations: { usd: 0.2, per: 1e6, source: 'wring.co, March 2026' },
    gbMs: { usd: 0.0000133334, per: 1000, source: 'wring.co, March 2026 (arm64)' },
    readUnits: {
      usd: 0.125,
      per: 1e6,
      source: 'airbyte.com, July 2025; units: aws.amazon.com/dynamodb/pricing/on-demand',
    },
    writeUnits: {
      usd: 0.625,
      per: 1e6,
      source: 'airbyte.com, July 2025; units: aws.amazon.com/dynamodb/pricing/on-demand',
    },
    snsPublishes: { usd: 0.5, per: 1e6, source: 'factualminds.com, June 2026' },
    snsPushes: { usd: 0.5, per: 1e6, source: 'factualminds.com, June 2026: besides the publish' },
    sqsRequests: { usd: 0.4, per: 1e6, source: 'factualminds.com, June 2026; cloudburn.io, March 2026' },
    schedulerInvocations: { usd: 1, per: 1e6, source: 'cloudburn.io, March 2026' },
    secretCalls: { usd: 0.05, per: 10_000, source: 'hivebook.wiki, 2026' },
  },
} as const satisfies { region: string; asOf: string; prices: Partial<Record<Quantity, Price>> };

const prices: Partial<Record<Quantity, Price>> = priceList.prices;

/** What a usage costs by the price list, in USD. */
export const costOf = (usage: Usage): number =>
  quantities.reduce((sum, quantity) => {
    const { usd, per } = prices[quantity] ?? { usd: 0, per: 1 };
    return sum + (usage[quantity] * usd) / per;
  }, 0);
