import * as z from 'zod/mini';
import type { Table } from '../tables.ts';

/** The key of an item, as it is on the wire. */
export type WrittenKey = { table: string; key: Record<string, unknown> };

const Attributes = z.record(z.string(), z.unknown());
const ItemInput = z.object({ TableName: z.string(), Item: Attributes });
const KeyInput = z.object({ TableName: z.string(), Key: Attributes });
const BatchInput = z.object({
  RequestItems: z.record(
    z.string(),
    z.array(
      z.union([
        z.object({ PutRequest: z.object({ Item: Attributes }) }),
        z.object({ DeleteRequest: z.object({ Key: Attributes }) }),
      ]),
    ),
  ),
});
const TransactionInput = z.object({
  TransactItems: z.array(
    z.union([
      z.object({ Put: ItemInput }),
      z.object({ Update: KeyInput }),
      z.object({ Delete: KeyInput }),
      z.object({}),
    ]),
  ),
});

type Write = { table: string; attributes: Record<string, unknown> };

/** The keys of the items that an operation writes; none for one that only reads, or for tables that there are not. */
export const writtenKeys = (tables: readonly Table[], operation: string, input: unknown): WrittenKey[] =>
  writes(operation, input).flatMap(({ table: nameOrArn, attributes }) => {
    const name = nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
    const table = tables.find((one) => one.name === name);
    if (table === undefined) return [];
    const names = table.KeySchema.map(({ AttributeName }) => AttributeName);
    return [{ table: name, key: Object.fromEntries(names.map((key) => [key, attributes[key]])) }];
  });

const writes = (operation: string, input: unknown): Write[] => {
  switch (operation) {
    case 'PutItem':
      return [put(z.parse(ItemInput, input))];
    case 'UpdateItem':
    case 'DeleteItem':
      return [change(z.parse(KeyInput, input))];
    case 'BatchWriteItem':
      return Object.entries(z.parse(BatchInput, input).RequestItems).flatMap(([table, requests]) =>
        requests.map((one) => ({
          table,
          attributes: 'PutRequest' in one ? one.PutRequest.Item : one.DeleteRequest.Key,
        })),
      );
    case 'TransactWriteItems':
      return z.parse(TransactionInput, input).TransactItems.flatMap((item) => {
        if ('Put' in item) return [put(item.Put)];
        if ('Update' in item) return [change(item.Update)];
        return 'Delete' in item ? [change(item.Delete)] : [];
      });
    default:
      return [];
  }
};

const put = ({ TableName, Item }: z.infer<typeof ItemInput>): Write => ({ table: TableName, attributes: Item });
const change = ({ TableName, Key }: z.infer<typeof KeyInput>): Write => ({ table: TableName, attributes: Key });
