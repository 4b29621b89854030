import {
  type AttributeValue,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { Aws } from '../aws/index.ts';

/** A table with its first items, every value as a short text. */
export type TableView = { name: string; count: number; items: Record<string, string>[] };

export type TableReader = Disposable & { read: () => Promise<TableView[]> };

const shownItems = 5;
const shownCharacters = 40;

/** Reads tables with the operator's credentials. */
export const openTables = ({ url, operator }: Pick<Aws, 'url' | 'operator'>): TableReader => {
  const client = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials: operator, maxAttempts: 1 });
  const view = async (name: string): Promise<TableView> => {
    const [described, first] = await Promise.all([
      client.send(new DescribeTableCommand({ TableName: name })),
      client.send(new ScanCommand({ TableName: name, Limit: shownItems })),
    ]);
    const items = (first.Items ?? []).map((item) =>
      Object.fromEntries(Object.entries(item).map(([key, value]) => [key, shortened(value)])),
    );
    return { name, count: described.Table?.ItemCount ?? items.length, items };
  };
  return {
    read: async () => {
      const { TableNames: names = [] } = await client.send(new ListTablesCommand());
      return Promise.all(names.map(view));
    },
    [Symbol.dispose]: () => client.destroy(),
  };
};

/** Binary values are what people write, if only as ciphertext: their size is all that is shown of them. */
const shortened = (value: AttributeValue): string => {
  if (value.B !== undefined) return `${value.B.length} bytes`;
  if (value.BS !== undefined) return `${value.BS.length} binary values`;
  const text =
    value.S ?? value.N ?? JSON.stringify(value.L ?? value.M ?? value.SS ?? value.NS ?? value.BOOL ?? null, sizes);
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
};

const sizes = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? `${value.length} bytes` : value;
