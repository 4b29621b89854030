import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ifConditionHolds } from './conditional.ts';
import { keys } from './keys.ts';

/** Since when registration is closed, in milliseconds since 1970. */
const Closure = z.object({ at: z.int() });
type Closure = z.infer<typeof Closure>;

/** That the operator has closed registration. */
export const closureStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** Undefined while registration is open. */
  closure: async (): Promise<Closure | undefined> => {
    const { Item } = await client.send(new GetCommand({ TableName: table, ConsistentRead: true, Key: keys.closure }));
    return Item === undefined ? undefined : Closure.parse(Item);
  },
});

/** What closes and opens it. No function may call this. */
export const closureControls = (client: DynamoDBDocumentClient, table: string) => ({
  /** Closes registration, unless it is closed already. */
  closeRegistration: async (closure: Closure): Promise<void> => {
    await ifConditionHolds(
      client.send(
        new PutCommand({
          TableName: table,
          Item: { ...keys.closure, ...closure },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
  },

  openRegistration: async (): Promise<void> => {
    await client.send(new DeleteCommand({ TableName: table, Key: keys.closure }));
  },
});
