import type { Clock } from '../clock.ts';
import type { AccountQuotas } from './limits.ts';
import type { RateLimit, Stage } from './read-stages.ts';

export type Throttle = {
  /** Whether one more connection may be opened in this second. */
  connection: () => boolean;
  /** Whether one more message or connect of this route may pass. */
  route: (stage: Stage, routeKey: string) => boolean;
  /** Whether one more @connections call may pass: it spends the account's budget too (AGW limits.html). */
  callback: () => boolean;
};

type Throttling = {
  clock: Clock;
  quotas: AccountQuotas;
  /** The limit that a stage was given in place of its default one, by the stage's name. */
  changed: (stage: string) => RateLimit | undefined;
};

type Bucket = { limit: RateLimit | undefined; take: () => boolean };

/** The token buckets of the account, and one for each throttled route of a stage. AGW websocket-api-protect.html */
export const createThrottle = ({ clock, quotas, changed }: Throttling): Throttle => {
  const account = tokenBucket(clock, { rate: quotas.requestsPerSecond, burst: quotas.burst });
  // Unverified: how far above 500 new connections a second a burst may go.
  const connections = tokenBucket(clock, { rate: quotas.connectionsPerSecond, burst: quotas.connectionsPerSecond });
  const routes = new Map<string, Bucket>();

  const routeBucket = (stage: Stage, routeKey: string): (() => boolean) => {
    const key = `${stage.name}/${routeKey}`;
    // Unverified: that the stage's default limits count for each route by itself, as they do for REST methods.
    const limit = stage.routeLimits.get(routeKey) ?? changed(stage.name) ?? stage.defaultLimit;
    const known = routes.get(key);
    if (known !== undefined && known.limit === limit) return known.take;
    const take = limit === undefined ? () => true : tokenBucket(clock, limit);
    routes.set(key, { limit, take });
    return take;
  };

  return {
    connection: connections,
    route: (stage, routeKey) => routeBucket(stage, routeKey)() && account(),
    callback: account,
  };
};

/** Takes one token and returns whether there was one; `rate` tokens a second flow in, up to `burst`. */
const tokenBucket = (clock: Clock, { rate, burst }: RateLimit): (() => boolean) => {
  let tokens = burst;
  let filled = clock.now();
  return () => {
    const now = clock.now();
    tokens = Math.min(burst, tokens + ((now - filled) / 1000) * rate);
    filled = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
