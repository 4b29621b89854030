import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DeviceAddress } from '#protocol';
import { parseAddress } from '#protocol';
import { ifConditionHolds } from './conditional.ts';
import { keys } from './keys.ts';

/** An estimate of what a mailbox held at a time in milliseconds since 1970, 0 for one that was never made. */
export type Holding = { envelopes: number; bytes: number; at: number };

/** What each device's mailbox is thought to hold. */
export const holdingStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** Puts an estimate in the place of the one that it was made from; one that comes too late is dropped. */
  noteHolding: async (address: DeviceAddress, { envelopes, bytes, at }: Holding, from: Holding): Promise<void> => {
    const { account, device } = parseAddress(address);
    await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.device(account, device),
          UpdateExpression: 'SET held = :envelopes, heldBytes = :bytes, heldAt = :at',
          // A device that has left is not resurrected.
          ConditionExpression: `attribute_exists(pk) AND ${from.at === 0 ? 'attribute_not_exists(heldAt)' : 'heldAt = :from'}`,
          ExpressionAttributeValues: {
            ':envelopes': Math.round(envelopes),
            ':bytes': Math.round(bytes),
            ':at': at,
            ...(from.at !== 0 && { ':from': from.at }),
          },
        }),
      ),
    );
  },
});
