import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import * as z from 'zod/mini';
import { newKeyPair } from '../fixtures/accounts.ts';
import { connectDevice, connectGuest, succeed } from '../fixtures/wire.ts';
import {
  collection,
  linkCompanion,
  newMessageId,
  openPairing,
  registerAccount,
  startTestCloud,
} from '../fixtures/world.ts';

/** A copy of the app whose template has been edited as text. */
const editApp = async (edit: (template: string) => string) => {
  const app = await mkdtemp(join(tmpdir(), 'tandem-edited-'));
  await cp(inject('app'), app, { recursive: true });
  const name = (await readdir(app)).find((file) => file.endsWith('.template.json'));
  const template = join(app, name ?? '');
  await writeFile(template, edit(await readFile(template, 'utf8')));
  return { app, [Symbol.asyncDispose]: () => rm(app, { recursive: true }) };
};

test('a permission taken from a role is missed: the call is denied, the caller told no more than an id', async () => {
  await using edited = await editApp((template) =>
    template.replaceAll('"dynamodb:BatchWriteItem"', '"dynamodb:GetItem"'),
  );
  const lines: string[] = [];
  await using cloud = await startTestCloud({ app: edited.app, log: ({ line }) => lines.push(line) });
  const { phone, account } = await registerAccount(cloud.endpoint);
  await using wire = await connectDevice(cloud.endpoint, phone);
  const other = await registerAccount(cloud.endpoint);
  const to = [{ account: other.account, version: 1, devices: [{ device: 1, body: 0 }] }];

  const { error } = await wire.call('relay.send', { messages: [{ message: newMessageId(), bodies: ['AAAA'], to }] });

  expect(error?.data).toEqual({ code: 'internal', retryable: true, details: { correlation: expect.any(String) } });
  const denial = lines.find((line) => line.includes('dynamodb:BatchWriteItem'));
  expect(denial).toMatch(/relay/);
  expect(denial).toMatch(/table\/.*Mailboxes/);
  const { correlation } = z.object({ correlation: z.string() }).parse(error?.data.details);
  expect(lines.some((line) => line.includes(correlation) && line.includes('AccessDeniedException'))).toBe(true);
  expect(lines.join()).not.toContain(account);
});

test('every read of accounts, devices, pairings and mailboxes is strongly consistent', async () => {
  await using cloud = await startTestCloud();
  const reads: { operation: string; input: unknown }[] = [];
  cloud.aws.onCall(({ operation, input }) => {
    if (['GetItem', 'Query', 'BatchGetItem', 'Scan'].includes(operation)) reads.push({ operation, input });
  });
  const account = await registerAccount(cloud.endpoint);
  await using phone = await connectDevice(cloud.endpoint, account.phone);
  const { companion, list, pairing } = await linkCompanion(cloud.endpoint, account, { phone, list: account.first });
  await using computer = await connectDevice(cloud.endpoint, companion);
  await using guest = await connectGuest(cloud.endpoint);
  await succeed(guest, 'pairing.collect', collection(cloud.endpoint, pairing, companion.key));
  await succeed(phone, 'pairing.deny', { pairing: await scanned(phone, guest) });
  const to = [{ account: account.account, version: list.version, devices: [{ device: 1, body: 0 }] }];
  await succeed(computer, 'relay.send', { messages: [{ message: newMessageId(), bodies: ['AAAA'], to }] });
  await succeed(phone, 'relay.sync', {});

  expect(new Set(reads.map(({ operation }) => operation))).toEqual(new Set(['GetItem', 'Query']));
  for (const { input } of reads) expect(input).toMatchObject({ ConsistentRead: true });
});

const scanned = async (
  phone: Awaited<ReturnType<typeof connectDevice>>,
  guest: Awaited<ReturnType<typeof connectGuest>>,
) => {
  const pairing = await openPairing(guest, newKeyPair());
  await succeed(phone, 'pairing.scan', { pairing });
  return pairing;
};
