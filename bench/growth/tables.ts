import { randomBytes } from 'node:crypto';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type AccountId,
  accountIdOf,
  type DeviceAddress,
  deviceListHash,
  type EnvelopeId,
  parseAddress,
} from '#protocol';
import { keys } from '../../functions/shared/directory/keys.ts';
import type { Device } from '../devices/device.ts';

type Item = Record<string, unknown>;

/** What BatchWriteItem takes at most, and how many calls of it are under way at once. */
const batchSize = 25;
const lanes = 8;

const month = 30 * 24 * 60 * 60;

/** A cloud's tables in the hands of who has the engine, to fill them with more than anybody would send meanwhile. */
export const openTables = async (engine: string) => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const plain = new DynamoDBClient({ endpoint: engine, region: 'us-east-1', credentials });
  const client = DynamoDBDocumentClient.from(plain);
  const { TableNames = [] } = await plain.send(new ListTablesCommand({}));
  const nameOf = (part: string) => TableNames.find((name) => name.includes(part)) ?? '';
  const [directory, mailboxes] = [nameOf('Directory'), nameOf('Mailboxes')];

  const fill = async (table: string, items: Iterable<Item>): Promise<void> => {
    const rest = items[Symbol.iterator]();
    const lane = async () => {
      for (;;) {
        const puts = takeSome(rest).map((Item) => ({ PutRequest: { Item } }));
        if (puts.length === 0) return;
        await client.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  };

  return {
    /** More accounts, which nobody has the keys of: each as large as that of the device. */
    addAccounts: (count: number, { list }: Device) =>
      fill(
        directory,
        (function* () {
          for (let added = 0; added < count; added += 1) {
            const account = accountIdOf(randomBytes(32).toString('base64url'));
            yield { ...keys.account(account), list, hash: deviceListHash(list) };
            yield { ...keys.device(account, 1), device: 1, key: list.devices[0]?.key, tokenTime: 0 };
          }
        })(),
      ),

    /** Puts envelopes into a mailbox. */
    addMail: (to: DeviceAddress, mail: Iterable<{ id: EnvelopeId; body: Uint8Array }>) =>
      fill(
        mailboxes,
        (function* () {
          const at = Date.now();
          for (const { id, body } of mail) yield { pk: to, sk: id, body, at, ttl: Math.ceil(at / 1000) + month };
        })(),
      ),

    /** Has the relay think that the mailbox holds so much, as it would if it had brought it there itself. */
    noteHolding: async (to: DeviceAddress, envelopes: number, bytes: number): Promise<void> => {
      const { account, device } = parseAddress(to);
      await client.send(
        new UpdateCommand({
          TableName: directory,
          Key: keys.device(account, device),
          UpdateExpression: 'SET held = :envelopes, heldBytes = :bytes, heldAt = :now',
          ExpressionAttributeValues: { ':envelopes': envelopes, ':bytes': bytes, ':now': Date.now() },
        }),
      );
    },

    /** Has an account written to another, which makes it no stranger. */
    noteWritten: async (from: AccountId, to: AccountId): Promise<void> => {
      await client.send(new PutCommand({ TableName: directory, Item: keys.written(from, to) }));
    },

    [Symbol.dispose]: () => plain.destroy(),
  };
};
export type Tables = Awaited<ReturnType<typeof openTables>>;

const takeSome = (rest: Iterator<Item>): Item[] => {
  const some: Item[] = [];
  while (some.length < batchSize) {
    const next = rest.next();
    if (next.done === true) break;
    some.push(next.value);
  }
  return some;
};
