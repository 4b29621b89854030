/** The whole cloud, with the bundles that would be deployed, under a clock that the test moves. */
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { type Cloud, runningClock, standingClock } from '#local';
import { limits } from '#protocol';
import { newKeyPair } from '../../fixtures/accounts.ts';
import {
  claimsFor,
  connectDevice,
  connectGuest,
  type Identity,
  openSocket,
  succeed,
  tokenOf,
} from '../../fixtures/wire.ts';
import { newMessageId, openPairing, registerAccount, startTestCloud } from '../../fixtures/world.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Connects a device with a token of a time that the test says. */
const connectAt = (endpoint: string, device: Identity, iat: number) =>
  openSocket(endpoint, ['tandem.v1', tokenOf({ ...claimsFor(device, endpoint), iat }, device.key)]);

/** How many items of all tables hold the text. */
const countItems = async ({ aws }: Pick<Cloud, 'aws'>, text: string): Promise<number> => {
  const client = new DynamoDBClient({ endpoint: aws.url, region: 'us-east-1', credentials: aws.operator });
  const { TableNames = [] } = await client.send(new ListTablesCommand());
  let count = 0;
  for (const TableName of TableNames) {
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
      count += Items.filter((item) => JSON.stringify(item).includes(text)).length;
    }
  }
  client.destroy();
  return count;
};

test.each([
  ['stands', standingClock],
  ['runs on', runningClock],
])('a token is good for its minute of the cloud’s clock, which %s', async (_how, clockFrom) => {
  const clock = clockFrom();
  await using cloud = await startTestCloud({ clock });
  const { phone } = await registerAccount(cloud.endpoint);
  const later = clock.now() + 30 * day;
  await expect(connectAt(cloud.endpoint, phone, later)).rejects.toThrow('refused with 403');

  await clock.advance(30 * day);
  await using wire = await connectAt(cloud.endpoint, phone, later);
  const { now } = z.object({ now: z.number() }).parse(await succeed(wire, 'session.time', {}));
  expect(now).toBeGreaterThanOrEqual(later);
  expect(now).toBeLessThan(later + minute);
  await expect(connectDevice(cloud.endpoint, phone)).rejects.toThrow('refused with 403');
});

test('what a service refuses is not taken for the fault of a moved clock, and is asked once', async () => {
  const clock = standingClock();
  await using cloud = await startTestCloud({ clock });
  const { phone } = await registerAccount(cloud.endpoint);
  await clock.advance(30 * day);
  await using guest = await connectGuest(cloud.endpoint);
  const pairing = await openPairing(guest, newKeyPair());
  await using wire = await connectAt(cloud.endpoint, phone, clock.now());
  await succeed(wire, 'pairing.scan', { pairing });

  const refused: (string | undefined)[] = [];
  cloud.aws.onCall(({ error }) => void (error === undefined || refused.push(error)));
  await succeed(wire, 'pairing.scan', { pairing });
  expect(refused).toEqual(['ConditionalCheckFailedException']);
});

test('a connection ends after two hours of the cloud’s clock', async () => {
  const clock = runningClock();
  await using cloud = await startTestCloud({ clock });
  await using guest = await connectGuest(cloud.endpoint);
  await clock.advance(limits.connectionLife);
  expect(await guest.closed).toBe(1001);
});

test('what has expired stays for as long as deletion lags, and no function hands it out', async () => {
  const clock = standingClock();
  await using cloud = await startTestCloud({ clock, timeToLiveLag: 2 * day });
  const register = () => registerAccount(cloud.endpoint);
  const [ada, ben, cleo] = await Promise.all([register(), register(), register()]);
  const message = newMessageId();
  {
    await using wire = await connectDevice(cloud.endpoint, ada.phone);
    const to = [ben, cleo].map(({ account }) => ({ account, version: 1, devices: [{ device: 1, body: 0 }] }));
    await succeed(wire, 'relay.send', { messages: [{ message, bodies: ['AAAA'], to, ttl: 60 }] });
  }
  expect(await countItems(cloud, message)).toBe(2);

  await clock.advance(day);
  expect(await countItems(cloud, message)).toBe(2);
  await using late = await connectAt(cloud.endpoint, ben.phone, clock.now());
  expect(await succeed(late, 'relay.sync', {})).toEqual({ envelopes: [] });
  await clock.advance(day + 2 * minute);
  await vi.waitFor(async () => expect(await countItems(cloud, message)).toBe(0));

  expect(await countItems(cloud, ben.account)).toBeGreaterThan(0);
});

test.each([-1, Number.NaN])('a time to live that lags by %d milliseconds is refused', async (timeToLiveLag) => {
  await expect(startTestCloud({ timeToLiveLag })).rejects.toThrow(
    `The time to live lags by 0 milliseconds or more, not by ${timeToLiveLag}: set timeToLiveLag so.`,
  );
});
