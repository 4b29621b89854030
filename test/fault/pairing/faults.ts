import type { Cloud, FaultInput } from '#local';
import { drawFor } from '../draw.ts';

const dynamodb = { service: 'dynamodb', operation: '*' };
/** The functions whose calls a history is about. */
const functions = ['pairing*', 'account*'];

/** What goes wrong in a history that meets all of it; each history meets some. */
const all: readonly FaultInput[] = [
  { kind: 'latency', ...dynamodb, median: 4, p99: 60, rate: 0.4 },
  { kind: 'error', ...dynamodb, error: 'ThrottlingException', rate: 0.02 },
  { kind: 'error', ...dynamodb, error: 'InternalServerError', rate: 0.02 },
  { kind: 'error', service: 'sqs', operation: '*', error: 'ServiceUnavailable', status: 503, rate: 0.03 },
  { kind: 'lost-response', ...dynamodb, rate: 0.03 },
  { kind: 'lost-response', service: 'sqs', operation: '*', rate: 0.03 },
  { kind: 'transaction-conflict', rate: 0.15 },
  { kind: 'transaction-conflict', operation: 'UpdateItem', rate: 0.02 },
  { kind: 'unprocessed', operation: 'BatchWriteItem', rate: 0.2 },
  ...functions.flatMap((name): FaultInput[] => [
    { kind: 'duplicate-invocation', function: name, rate: 0.05 },
    { kind: 'crash', function: name, within: 60, rate: 0.025 },
  ]),
  { kind: 'crash', function: 'connection*', within: 30, rate: 0.01 },
  { kind: 'post-failure', status: 410, rate: 0.1 },
  { kind: 'post-failure', status: 500, rate: 0.05 },
  { kind: 'drop-disconnect', rate: 0.3 },
];

/**
 * From when the cloud starts: a second engine copies each write, so there is one for all histories. Nothing in these
 * rooms may read what is stale.
 */
export const staleReads: FaultInput = { kind: 'stale-read', milliseconds: 400 };

const likelihood = 0.6;

/** Begins some of the faults, a history's own; disposing of the answer ends them. */
export const startFaults = ({ faults }: Cloud, key: readonly (string | number)[]): Disposable => {
  const draw = drawFor(...key);
  const stack = new DisposableStack();
  all.forEach((fault, i) => {
    if (draw.chance(likelihood)) stack.use(faults.add(fault, [...key, i].join('/')));
  });
  return stack;
};
