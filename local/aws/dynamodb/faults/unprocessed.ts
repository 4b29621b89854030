import * as z from 'zod/mini';
import { chooseSome, type Random } from '../../../faults/index.ts';
import { AwsError } from '../../errors.ts';
import type { AwsRequest, Operation, Reply } from '../../service.ts';

type Request = AwsRequest & Operation;

const Writes = z.array(z.unknown());
const Reads = z.looseObject({ Keys: z.array(z.unknown()) });
const Batch = z.looseObject({ RequestItems: z.record(z.string(), z.union([Writes, Reads])) });
type Batch = z.infer<typeof Batch>['RequestItems'];

const Answer = z.looseObject({ UnprocessedItems: z.optional(z.unknown()), UnprocessedKeys: z.optional(z.unknown()) });
const Left = z._default(z.record(z.string(), z.union([Writes, Reads])), {});

/**
 * Has only a part of a batch done and hands back the rest. When there is nothing left to do, the whole is refused: "If
 * none of the items can be processed …, then BatchWriteItem returns a ProvisionedThroughputExceededException" (API
 * Reference, and the same of BatchGetItem).
 */
export const processPart = async <R extends Request>(
  request: R,
  random: Random,
  handle: (request: R) => Promise<Reply>,
): Promise<Reply> => {
  const input = z.parse(Batch, request.input);
  const { chosen: unprocessed, left } = chooseSome(entriesOf(input.RequestItems), random);
  if (left.length === 0) {
    const remedy = 'Consider increasing your provisioning level with the UpdateTable API.';
    const why = `The level of configured provisioned throughput for the table was exceeded. ${remedy}`;
    throw new AwsError('ProvisionedThroughputExceededException', why);
  }
  const part = { ...input, RequestItems: batchOf(left, input.RequestItems) };
  const reply = await handle({ ...request, input: part, body: Buffer.from(JSON.stringify(part)) });
  if (reply.error !== undefined) return reply;
  const answer = z.parse(Answer, JSON.parse(reply.body.toString()));
  const field = request.operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems';
  const engines = entriesOf(z.parse(Left, answer[field]));
  const told = { ...answer, [field]: batchOf([...engines, ...unprocessed], input.RequestItems) };
  return { ...reply, body: Buffer.from(JSON.stringify(told)) };
};

/** A write or a key, and its table. */
type Entry = { table: string; entry: unknown };

const entriesOf = (batch: Batch): Entry[] =>
  Object.entries(batch).flatMap(([table, items]) =>
    (Array.isArray(items) ? items : items.Keys).map((entry) => ({ table, entry })),
  );

/** The entries as a batch again, their tables with the options that they have in the whole. */
const batchOf = (entries: readonly Entry[], whole: Batch): Batch =>
  Object.fromEntries(
    Object.entries(whole).flatMap(([table, items]): [string, Batch[string]][] => {
      const own = entries.filter((entry) => entry.table === table).map(({ entry }) => entry);
      if (own.length === 0) return [];
      return [[table, Array.isArray(items) ? own : { ...items, Keys: own }]];
    }),
  );
