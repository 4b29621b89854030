import * as z from 'zod/mini';
import { Attributes } from './attributes.ts';

/** What an operation does to one table or index. */
export type Access = {
  action: string;
  /** Name or ARN; nothing when the operation is not about one table. */
  table?: string;
  index?: string | undefined;
  /** The partitions that it touches, given the name of the partition key; nothing when they cannot be told. */
  partitions: (key: string) => string[] | undefined;
};

type Reader = (operation: string, input: unknown) => Access[];

const Keyed = z.object({ TableName: z.string(), Key: Attributes });
const Put = z.object({ TableName: z.string(), Item: Attributes });
const Query = z.object({
  TableName: z.string(),
  IndexName: z.optional(z.string()),
  KeyConditionExpression: z.optional(z.string()),
  ExpressionAttributeNames: z.optional(z.record(z.string(), z.string())),
  ExpressionAttributeValues: z.optional(Attributes),
});
const Whole = z.object({ TableName: z.string(), IndexName: z.optional(z.string()) });
const BatchGet = z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(Attributes) })) });
const Write = z.union([
  z.object({ PutRequest: z.object({ Item: Attributes }) }),
  z.object({ DeleteRequest: z.object({ Key: Attributes }) }),
]);
const BatchWrite = z.object({ RequestItems: z.record(z.string(), z.array(Write)) });
const TransactGet = z.object({ TransactItems: z.array(z.object({ Get: Keyed })) });
const TransactWrite = z.object({
  TransactItems: z.array(
    z.union([
      z.object({ Put }),
      z.object({ Update: Keyed }),
      z.object({ Delete: Keyed }),
      z.object({ ConditionCheck: Keyed }),
    ]),
  ),
});

const onKey = (action: string, { TableName: table, Key }: z.infer<typeof Keyed>): Access => ({
  action,
  table,
  partitions: (name) => valuesOf(name, [Key]),
});

const onItem = (action: string, { TableName: table, Item }: z.infer<typeof Put>): Access => ({
  action,
  table,
  partitions: (name) => valuesOf(name, [Item]),
});

const keyed: Reader = (operation, input) => [onKey(operation, z.parse(Keyed, input))];

/** Reads or changes a table or an index as a whole, so no partition of it is named. */
const whole: Reader = (operation, input) => {
  const { TableName: table, IndexName: index } = z.parse(Whole, input);
  return [{ action: operation, table, index, partitions: () => [] }];
};

const query: Reader = (operation, input) => {
  const parsed = z.parse(Query, input);
  const { TableName: table, IndexName: index } = parsed;
  return [{ action: operation, table, index, partitions: (name) => queriedPartition(name, parsed) }];
};

const batchGet: Reader = (operation, input) =>
  Object.entries(z.parse(BatchGet, input).RequestItems).map(([table, { Keys }]) => ({
    action: operation,
    table,
    partitions: (name) => valuesOf(name, Keys),
  }));

const batchWrite: Reader = (operation, input) =>
  Object.entries(z.parse(BatchWrite, input).RequestItems).map(([table, writes]) => {
    const written = writes.map((one) => ('PutRequest' in one ? one.PutRequest.Item : one.DeleteRequest.Key));
    return { action: operation, table, partitions: (name) => valuesOf(name, written) };
  });

const transactGet: Reader = (_operation, input) =>
  z.parse(TransactGet, input).TransactItems.map(({ Get }) => onKey('GetItem', Get));

const transactWrite: Reader = (_operation, input) =>
  z.parse(TransactWrite, input).TransactItems.map((item) => {
    if ('Put' in item) return onItem('PutItem', item.Put);
    if ('Update' in item) return onKey('UpdateItem', item.Update);
    if ('Delete' in item) return onKey('DeleteItem', item.Delete);
    return onKey('ConditionCheckItem', item.ConditionCheck);
  });

/** How each operation that is served reads its input. */
export const accesses: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['GetItem', keyed],
  ['UpdateItem', keyed],
  ['DeleteItem', keyed],
  ['PutItem', (operation, input) => [onItem(operation, z.parse(Put, input))]],
  ['Query', query],
  ['Scan', whole],
  ['BatchGetItem', batchGet],
  ['BatchWriteItem', batchWrite],
  ['TransactGetItems', transactGet],
  ['TransactWriteItems', transactWrite],
  ['CreateTable', whole],
  ['DeleteTable', whole],
  ['DescribeTable', whole],
  ['DescribeTimeToLive', whole],
  ['UpdateTable', whole],
  ['UpdateTimeToLive', whole],
  ['ListTables', (operation) => [{ action: operation, partitions: () => [] }]],
]);

const Value = z.record(z.string(), z.string());

const valuesOf = (name: string, keys: readonly Attributes[]): string[] =>
  keys.flatMap((key) => Object.values(z.safeParse(Value, key[name]).data ?? {}));

/** The value that a key condition sets the partition key equal to. */
const queriedPartition = (key: string, input: z.infer<typeof Query>): string[] | undefined => {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input;
  for (const [, name = '', value = ''] of input.KeyConditionExpression?.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g) ?? []) {
    if ((names[name] ?? name) === key) return valuesOf(value, [values]);
  }
  return undefined;
};
