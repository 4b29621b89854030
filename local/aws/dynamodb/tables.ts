import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Resource, Template } from '../../template/model.ts';
import { physicalName } from '../physical-name.ts';

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const Index = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.optional(z.array(z.string())),
  }),
});
const TableProperties = z.object({
  TableName: z.optional(z.string()),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema,
  GlobalSecondaryIndexes: z.optional(z.array(Index)),
  LocalSecondaryIndexes: z.optional(z.array(Index)),
  TimeToLiveSpecification: z.optional(z.object({ AttributeName: z.optional(z.string()), Enabled: z.boolean() })),
});

/** A table of the template. Capacity and backups are the cloud's business and left out. */
export type Table = Omit<z.infer<typeof TableProperties>, 'TableName' | 'TimeToLiveSpecification'> & {
  name: string;
  /** The attribute that holds when an item expires, in seconds since 1970. */
  timeToLive: string | undefined;
};

/** The tables that the template defines. Throws when one lacks what a table needs. */
export const readTables = (template: Template): Table[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === 'AWS::DynamoDB::Table' || type === 'AWS::DynamoDB::GlobalTable')
    .map((resource) => readTable(template, resource));

/** The partition key of a table, or of one of its indexes. */
export const partitionKey = (table: Table, index?: string): string | undefined => {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const { KeySchema: keys } = index === undefined ? table : { KeySchema: [], ...indexes.find(named(index)) };
  return keys.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
};

/** Creates what the engine does not have yet; a table that is there stays as it is, and must be of the same shape. */
export const createTables = async (client: DynamoDBClient, tables: readonly Table[]): Promise<void> => {
  for (const table of tables) {
    const existing = await describe(client, table.name);
    if (existing === undefined) await create(client, table);
    else checkShape(existing, table);
  }
};

const readTable = (template: Template, { id, properties }: Resource): Table => {
  const parsed = z.safeParse(TableProperties, properties);
  if (!parsed.success) throw new Error(`Table ${id} in the template: ${z.prettifyError(parsed.error)}`);
  const { TableName: given, TimeToLiveSpecification: ttl, ...shape } = parsed.data;
  return {
    ...shape,
    name: physicalName(template, id, given),
    timeToLive: ttl?.Enabled === true ? ttl.AttributeName : undefined,
  };
};

const describe = async (client: DynamoDBClient, name: string): Promise<TableDescription | undefined> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const create = async (client: DynamoDBClient, { name, timeToLive, ...shape }: Table): Promise<void> => {
  await client.send(new CreateTableCommand({ TableName: name, BillingMode: 'PAY_PER_REQUEST', ...shape }));
  if (timeToLive === undefined) return;
  const specification = { AttributeName: timeToLive, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification }));
};

type Shape = Pick<TableDescription, 'KeySchema' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'>;

const checkShape = (existing: Shape, wanted: Table): void => {
  const [is, should] = [shapeOf(existing), shapeOf(wanted)];
  if (is === should) return;
  const remedy = 'Remove the data folder, or name another, to begin with empty tables';
  throw new Error(`The stored table ${wanted.name} has the keys ${is}, the template wants ${should}. ${remedy}.`);
};

const shapeOf = (table: Shape): string => {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const described = indexes.map((index) => `${index.IndexName}(${keysOf(index)})`).toSorted();
  return [`(${keysOf(table)})`, ...described].join(' ');
};

const keysOf = ({ KeySchema: keys = [] }: Pick<Shape, 'KeySchema'>): string =>
  keys.map(({ AttributeName }) => AttributeName).join(', ');

const named =
  (name: string) =>
  ({ IndexName }: { IndexName: string }): boolean =>
    IndexName === name;
