import list from '../../prices.json' with { type: 'json' };
import { quantities, type Quantity, type Usage } from './usage.ts';

type Price = {
  usd: number;
  /** How many of the quantity that buys. */
  per: number;
  source: string;
};

/**
 * The list prices of us-east-1 without free tiers, volume discounts, data transfer and storage; the deployed dashboard
 * estimates by the same. A `gbMs` is of arm64. Where no page of AWS's could be read, the source is who quotes it.
 */
export const priceList: { region: string; asOf: string; prices: Partial<Record<Quantity, Price>> } = list;

/** What a usage costs by the price list, in USD. */
export const costOf = (usage: Usage): number =>
  quantities.reduce((sum, quantity) => {
    const { usd, per } = priceList.prices[quantity] ?? { usd: 0, per: 1 };
    return sum + (usage[quantity] * usd) / per;
  }, 0);
