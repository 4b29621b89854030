import type { FaultInput } from '#local';
import { drawFor } from '../draw.ts';

const dynamodb = { service: 'dynamodb', operation: '*' };
const post = { service: 'execute-api', operation: 'PostToConnection' };

/** What goes wrong in the cloud, one or a few at a time. */
const all: readonly FaultInput[] = [
  { kind: 'latency', ...dynamodb, median: 5, p99: 100, rate: 0.4 },
  { kind: 'latency', ...post, median: 20, p99: 3000, rate: 0.05 },
  { kind: 'error', ...dynamodb, error: 'ThrottlingException', rate: 0.05 },
  { kind: 'error', ...dynamodb, error: 'InternalServerError', rate: 0.05 },
  { kind: 'error', service: 'sqs', operation: '*', error: 'ServiceUnavailable', status: 503, rate: 0.2 },
  { kind: 'error', service: 'sns', operation: '*', error: 'InternalError', status: 500, rate: 0.2 },
  { kind: 'lost-response', ...dynamodb, rate: 0.05 },
  { kind: 'lost-response', ...post, rate: 0.2 },
  { kind: 'unprocessed', operation: 'BatchWriteItem', rate: 0.3 },
  { kind: 'transaction-conflict', operation: 'UpdateItem', rate: 0.2 },
  { kind: 'stale-read', milliseconds: 500 },
  { kind: 'duplicate-invocation', function: 'relay*', rate: 0.3 },
  { kind: 'duplicate-invocation', function: '*', rate: 0.2 },
  { kind: 'crash', function: 'relay*', within: 80, rate: 0.05 },
  { kind: 'crash', function: '*', within: 60, rate: 0.05 },
  { kind: 'drop-disconnect', rate: 0.7 },
  { kind: 'post-failure', status: 410, rate: 0.2 },
  { kind: 'post-failure', status: 500, rate: 0.2 },
  { kind: 'post-failure', status: 429, rate: 0.2 },
];

export const faultsKnown = all.length;

/** The n-th fault of a run, from 0: in an order of the seed's, and all of them before one comes again. */
export const faultAt = (seed: number, n: number): FaultInput => {
  const round = Math.floor(n / all.length);
  const draw = drawFor(seed, 'faults', round);
  const left = [...all];
  const shuffled = all.flatMap(() => left.splice(draw.below(left.length), 1));
  const fault = shuffled[n % all.length];
  if (fault === undefined) throw new RangeError(`There is no fault number ${n}.`);
  return fault;
};
