import * as z from 'zod/mini';
import type { Template } from '../../template/model.ts';
import { AwsError } from '../errors.ts';
import type { AccessRequest, Context } from '../iam/index.ts';
import { type Access, accesses } from './operations.ts';
import { partitionKey, type Table } from './tables.ts';

type Place = Pick<Template, 'region' | 'account'>;

/**
 * The permissions that a DynamoDB operation needs, by the Service Authorization Reference: a batch one for each of its
 * tables, a transaction one for each of its actions.
 */
export const dynamodbActions = (place: Place, tables: readonly Table[]) => {
  const byName = new Map(tables.map((table) => [table.name, table]));
  return (operation: string, input: unknown): AccessRequest[] =>
    read(operation, input).map((access) => ({
      action: `dynamodb:${access.action}`,
      resource: resourceOf(place, access),
      context: leadingKeys(access, byName.get(tableName(access.table ?? ''))),
    }));
};

const read = (operation: string, input: unknown): Access[] => {
  const reader = accesses.get(operation);
  if (reader === undefined) {
    throw new AwsError('UnknownOperationException', `The local cloud does not serve DynamoDB's ${operation}.`);
  }
  try {
    return reader(operation, input);
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error;
    throw new AwsError('ValidationException', `The input of ${operation}: ${z.prettifyError(error)}`);
  }
};

const resourceOf = ({ region, account }: Place, { table, index }: Access): string => {
  if (table === undefined) return '*';
  const arn = `arn:aws:dynamodb:${region}:${account}:table/${tableName(table)}`;
  return index === undefined ? arn : `${arn}/index/${index}`;
};

/** A table may be named by its ARN too. */
const tableName = (table: string): string => table.replace(/^arn:aws[^:]*:dynamodb:[^:]*:[^:]*:table\//, '');

/** `dynamodb:LeadingKeys`: the partition key values that are read or written. Unknown when they cannot be told. */
const leadingKeys = ({ partitions, index }: Access, table: Table | undefined): Context => {
  const key = table && partitionKey(table, index);
  const values = key === undefined ? undefined : partitions(key);
  return values === undefined ? {} : { 'dynamodb:LeadingKeys': values };
};
