import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { median } from '../median.ts';

/** Calls a second, and the percentage that the endpoint costs of them. */
export type Throughput = { direct: number; endpoint: number; cost: number };

type Place = Required<Pick<DynamoDBClientConfig, 'credentials'>> & { endpoint: string };

const TableName = 'Bench';
const concurrency = 16;
const rounds = 24;
const warmUps = 6;
const roundTime = 500;
const partitions = 50;
const items = 500;

/**
 * Writes, reads and queries items of 500 bytes, by the same kind of client at an engine itself and through the endpoint
 * before it: in turns, and each round compared with its neighbour only, so that whatever else the machine does meanwhile
 * troubles both. All three are medians over the rounds.
 */
export const measureThroughput = async (places: { direct: Place; endpoint: Place }): Promise<Throughput> => {
  const direct = open(places.direct);
  const endpoint = open(places.endpoint);
  await direct.send(new CreateTableCommand(table));
  const measured: Throughput[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const [alone, through] = [await rateOf(direct), await rateOf(endpoint)];
    if (round >= warmUps) measured.push({ direct: alone, endpoint: through, cost: (1 - through / alone) * 100 });
  }
  for (const client of [direct, endpoint]) client.destroy();
  const middle = (figure: keyof Throughput) => median(measured.map((one) => one[figure]));
  return { direct: middle('direct'), endpoint: middle('endpoint'), cost: middle('cost') };
};

const open = (place: Place): DynamoDBClient => new DynamoDBClient({ region: 'us-east-1', ...place });

const table = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
} satisfies CreateTableCommandInput;

const rateOf = async (client: DynamoDBClient): Promise<number> => {
  const began = performance.now();
  let calls = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - began < roundTime) {
      await call(client, calls);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return (calls / (performance.now() - began)) * 1000;
};

const body = { S: 'x'.repeat(500) };

const call = (client: DynamoDBClient, index: number): Promise<unknown> => {
  const pk = { S: `partition ${index % partitions}` };
  const sk = { S: `item ${index % items}` };
  switch (index % 3) {
    case 0:
      return client.send(new PutItemCommand({ TableName, Item: { pk, sk, body } }));
    case 1:
      return client.send(new GetItemCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }));
    default: {
      const condition = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
      return client.send(new QueryCommand({ TableName, ...condition, ConsistentRead: true, Limit: 10 }));
    }
  }
};
