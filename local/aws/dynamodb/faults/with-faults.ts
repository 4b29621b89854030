import * as z from 'zod/mini';
import type { Injector } from '../../../faults/index.ts';
import type { Operation, Reply, Service } from '../../service.ts';
import { conflictReply } from './conflict.ts';
import type { Replicas } from './replicas.ts';
import { processPart } from './unprocessed.ts';

type Handle = Service['handle'];
type Request = Parameters<Handle>[0];

/** Serves functions as DynamoDB does on a bad day; whoever looks on from outside sees the tables as they are. */
export const withFaults = (handle: Handle, faults: Injector, replicas: Replicas): Handle => {
  const perform = async (request: Request): Promise<Reply> => {
    const reply = await handle(request);
    // Also what was on its way when a fault began.
    if (reply.error === undefined) replicas.note(request.operation, request.input);
    return reply;
  };
  const serve = async (request: Request): Promise<Reply> => {
    const stale = isEventual(request) ? faults.draw('stale-read', occasionOf(request)) : undefined;
    const replica = stale && replicas.of(stale.fault);
    if (replica !== undefined) return replica.handle(request);
    await replicas.filled();
    return perform(request);
  };
  return async (request) => {
    if (!faults.armed()) return perform(request);
    if (request.caller.function === undefined) return serve(request);
    const isOf = ({ operation }: { operation: string }) => operation === request.operation;
    const conflict = faults.draw('transaction-conflict', occasionOf(request), isOf);
    const unprocessed = faults.draw('unprocessed', occasionOf(request), isOf);
    if (conflict !== undefined) return conflictReply(request, conflict.random);
    return unprocessed === undefined ? serve(request) : processPart(request, unprocessed.random, serve);
  };
};

const occasionOf = ({ operation, caller, headers }: Request) => ({
  what: `dynamodb ${operation}`,
  by: caller.function,
  trace: headers['x-amzn-trace-id']?.toString(),
});

const Read = z.object({ ConsistentRead: z.optional(z.boolean()) });
const BatchRead = z.object({ RequestItems: z.record(z.string(), Read) });

/** Whether a function's read takes what may be old. Of a batch all tables must; it is served by one engine. */
const isEventual = ({ operation, input, caller }: Operation & Pick<Request, 'caller'>): boolean => {
  if (caller.function === undefined) return false;
  switch (operation) {
    case 'GetItem':
    case 'Query':
    case 'Scan':
      return z.parse(Read, input).ConsistentRead !== true;
    case 'BatchGetItem':
      return Object.values(z.parse(BatchRead, input).RequestItems).every((table) => table.ConsistentRead !== true);
    default:
      return false;
  }
};
