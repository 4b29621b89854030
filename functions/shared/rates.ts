import { TandemError } from '#protocol';
import type { Directory } from './directory/index.ts';
import type { Platform } from './platform.ts';
import { type Quotas, quotas, type RateClass } from './quotas.ts';

type Wiring = {
  directory: Pick<Directory, 'count'>;
  platform: Pick<Platform, 'now'>;
  limits: Quotas;
};

/** So many calls are counted by one write. */
const bundle = 32;
/** How much is remembered of each kind. */
const memory = 1000;

/**
 * Counts what somebody does. An exact limit holds within each period; across the border of two, twice as much may pass.
 */
export const createRates = ({ directory, platform, limits }: Wiring) => {
  /** Until when whom is refused, as this environment of the function knows: it need not be counted any more. */
  const refusedUntil = new Map<string, number>();
  /** Calls that this environment has seen and not yet written down. */
  const unwritten = new Map<string, number>();

  /** How often it was in this period; the time until that ends, in milliseconds. */
  const add = async (rateClass: RateClass, subject: string, by: number) => {
    const { period } = quotas[rateClass];
    const now = platform.now();
    const window = Math.floor(now / period);
    const endsAt = (window + 1) * period;
    const count = await directory.count({ rateClass, subject, window, endsAt }, by);
    return { count, endsAt };
  };

  const checkRefused = (name: string): void => {
    const left = (refusedUntil.get(name) ?? 0) - platform.now();
    if (left > 0) throw new TandemError('rate_limited', undefined, left);
  };

  const charge = async (rateClass: RateClass, subject: string, by = 1): Promise<void> => {
    const name = `${rateClass}#${subject}`;
    checkRefused(name);
    const { count, endsAt } = await add(rateClass, subject, by);
    if (count <= limits[rateClass]) return;
    if (refusedUntil.size >= memory) refusedUntil.clear();
    refusedUntil.set(name, endsAt);
    checkRefused(name);
  };

  return {
    /** Counts each time. @throws `rate_limited`, with the time until the period ends */
    charge,
    /**
     * Counts calls in this environment, and every 32nd of a period as 32: for what is too frequent to cost a write each
     * time. Each environment lets through up to 31 more than the limit. @throws `rate_limited`
     */
    chargeBundled: async (rateClass: RateClass, subject: string): Promise<void> => {
      checkRefused(`${rateClass}#${subject}`);
      const name = `${rateClass}#${subject}#${Math.floor(platform.now() / quotas[rateClass].period)}`;
      const count = (unwritten.get(name) ?? 0) + 1;
      unwritten.delete(name);
      if (count === bundle) return charge(rateClass, subject, bundle);
      if (unwritten.size >= memory) unwritten.clear();
      unwritten.set(name, count);
    },
    /** Counts a refusal; whether the connection should be closed for it. */
    refused: async (connection: string): Promise<boolean> =>
      (await add('refusalsPerMinute', connection, 1)).count >= limits.refusalsPerMinute,
  };
};
export type Rates = ReturnType<typeof createRates>;
