import * as z from 'zod/mini';
import type { AwsRequest, Capacity, Operation, Reply } from '../service.ts';
import { Attributes } from './attributes.ts';
import { itemSize } from './item-size.ts';

type Handle = (request: AwsRequest & Operation) => Promise<Reply>;

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const CONDITIONAL = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const WRITES = new Set([...CONDITIONAL, 'BatchWriteItem', 'TransactWriteItems']);

const Input = z.object({
  Item: z.optional(z.unknown()),
  ReturnConsumedCapacity: z.optional(z.string()),
  ReturnValuesOnConditionCheckFailure: z.optional(z.string()),
  TransactItems: z.optional(z.array(z.object({ Put: z.optional(z.object({ Item: z.unknown() })) }))),
});
type Input = z.infer<typeof Input>;

const Units = z.object({ CapacityUnits: z.number() });
const Consumed = z.optional(z.union([Units, z.array(Units)]));

/**
 * Asks the engine what each call consumes, and takes that out of the answer where the caller did not ask. The engine
 * counts as AWS does but for calls that fail a condition, of which it tells nothing: those go by the items' size.
 */
export const withCapacity =
  (handle: Handle): Handle =>
  async (request) => {
    const { operation } = request;
    if (!READS.has(operation) && !WRITES.has(operation)) return handle(request);
    const input = z.parse(Input, request.input);
    const asks = {
      capacity: asked(input.ReturnConsumedCapacity),
      item: asked(input.ReturnValuesOnConditionCheckFailure),
    };
    const body = withMembers(request.body, z.parse(Attributes, request.input), questions(operation, asks));
    const reply = await handle({ ...request, body });
    const answer = parse(reply.body);
    if (answer === undefined) return reply;

    const { ConsumedCapacity, ...others } = answer;
    const { Item, ...rest } = others;
    const failed = reply.error === 'ConditionalCheckFailedException';
    const capacity =
      reply.error === undefined
        ? units(z.safeParse(Consumed, ConsumedCapacity).data)
        : failedUnits(reply.error, input, Item);
    const told = { ...(failed && !asks.item ? rest : others), ...(asks.capacity && { ConsumedCapacity }) };
    const consumed: Capacity = READS.has(operation) ? { reads: capacity, writes: 0 } : { reads: 0, writes: capacity };
    return { ...reply, body: Buffer.from(JSON.stringify(told)), consumed };
  };

const asked = (value = 'NONE'): boolean => value !== 'NONE';

const questions = (operation: string, asks: { capacity: boolean; item: boolean }) => ({
  ...(!asks.capacity && { ReturnConsumedCapacity: 'TOTAL' }),
  ...(!asks.item && CONDITIONAL.has(operation) && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
});

/** An input as JSON, with more members: before the others in its text, which a batch of items is dear to write again. */
const withMembers = (text: Buffer, input: Attributes, more: Attributes): Buffer => {
  const given = Object.keys(input);
  if (given.length === 0 || given.some((name) => Object.hasOwn(more, name))) {
    return Buffer.from(JSON.stringify({ ...input, ...more }));
  }
  if (Object.keys(more).length === 0) return text;
  return Buffer.concat([Buffer.from(`${JSON.stringify(more).slice(0, -1)},`), text.subarray(text.indexOf('{') + 1)]);
};

const parse = (body: Buffer): Attributes | undefined => {
  try {
    return z.safeParse(Attributes, JSON.parse(body.toString())).data;
  } catch {
    // Not an answer of DynamoDB's, so it has consumed nothing.
    return undefined;
  }
};

const units = (consumed: z.infer<typeof Consumed> = []): number =>
  (Array.isArray(consumed) ? consumed : [consumed]).reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);

/**
 * A failed condition costs the larger of the item that is there and the one that was to be (DDG23 WorkingWithItems).
 * Unverified: that a transaction which is cancelled costs what it would have cost, each item counting as its `Put`, or 1 KB.
 */
const failedUnits = (error: string, input: Input, existing: unknown): number => {
  if (error === 'ConditionalCheckFailedException')
    return writeUnits(Math.max(itemSize(existing), itemSize(input.Item)));
  if (error !== 'TransactionCanceledException') return 0;
  return (input.TransactItems ?? []).reduce((sum, { Put }) => sum + 2 * writeUnits(itemSize(Put?.Item)), 0);
};

/** One for each KB begun, and at least one. */
const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));
