import type { IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import list from '../../prices.json' with { type: 'json' };
import { gigabytesOf, type Metrics } from './metrics.ts';

/** Written as a quotient: metric math need not read `1e-7`. */
const priceOf = (quantity: keyof typeof list.prices): string => {
  const { usd, per } = list.prices[quantity];
  return `${usd} / ${per}`;
};

/** What a sum of a period comes to in a day, if it goes on like that. */
const byTheDay =
  ({ formula }: Metrics) =>
  (expression: string, terms: Record<string, IMetric>, label: string) =>
    formula(`(${expression}) * 86400 / PERIOD(${Object.keys(terms)[0]})`, terms, label);

/**
 * What the way of a message costs in USD a day by the list prices of prices.json, part by part: at rates of this moment.
 * An alarm looks at ten metrics at most, so these are the ten that the bill follows; `npm run bench -- cost` has it all.
 * Left out: time connected, storage, data transfer, alarms, and the functions that run for a few messages only.
 */
export const costParts = (metrics: Metrics): Record<string, MathExpression> => {
  const aDay = byTheDay(metrics);
  const { frames, notices, accessLogBytes, table, lambda, logBytes } = metrics;
  return {
    gateway: aDay(`FILL(frames, 0) * ${priceOf('gatewayMessages')}`, { frames }, 'API Gateway'),
    writes: aDay(
      `(FILL(directoryWrites, 0) + FILL(mailboxWrites, 0)) * ${priceOf('writeUnits')}`,
      {
        directoryWrites: table('ConsumedWriteCapacityUnits', 'directory'),
        mailboxWrites: table('ConsumedWriteCapacityUnits', 'mailboxes'),
      },
      'DynamoDB writes',
    ),
    reads: aDay(
      `(FILL(directoryReads, 0) + FILL(mailboxReads, 0)) * ${priceOf('readUnits')}`,
      {
        directoryReads: table('ConsumedReadCapacityUnits', 'directory'),
        mailboxReads: table('ConsumedReadCapacityUnits', 'mailboxes'),
      },
      'DynamoDB reads',
    ),
    relay: aDay(
      `FILL(calls, 0) * ${priceOf('invocations')} + FILL(milliseconds, 0) * ${gigabytesOf('relay')} * ${priceOf('gbMs')}`,
      { calls: lambda('Invocations', 'relay'), milliseconds: lambda('Duration', 'relay') },
      'Lambda',
    ),
    // A notice is published, put into a queue, received, deleted, and told to a phone.
    wakeups: aDay(
      `FILL(notices, 0) * (${priceOf('snsPublishes')} + ${priceOf('snsPushes')} + 2 * ${priceOf('sqsRequests')})`,
      { notices },
      'wake-ups',
    ),
    logs: aDay(
      `(FILL(relayLog, 0) + FILL(accessLog, 0)) * ${priceOf('logBytes')}`,
      { relayLog: logBytes('relay'), accessLog: accessLogBytes },
      'logs',
    ),
  };
};

/** All parts together. */
export const costPerDay = (metrics: Metrics): MathExpression => metrics.sumOf(costParts(metrics), 'USD a day');

/** What a million accepted messages cost, at what they cost now. */
export const costPerMillion = (metrics: Metrics): MathExpression =>
  metrics.formula(
    '1000000 * perDay / (accepted * 86400 / PERIOD(accepted))',
    { perDay: costPerDay(metrics), accepted: metrics.ours('Accepted', 'Sum') },
    'USD per million messages',
  );
