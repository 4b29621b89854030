/** The application's own bundles on a cloud where things go wrong, and how its log and window tell of it. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { CloudLine, FaultInput } from '#local';
import { Envelope } from '#protocol';
import { startWindow } from '../../../local/window/index.ts';
import { connectDevice, succeed } from '../../fixtures/wire.ts';
import { newMessageId, registerAccount, startTestCloud } from '../../fixtures/world.ts';

const Page = z.object({ envelopes: z.array(Envelope) });
const Sent = z.object({ results: z.array(z.object({ message: z.string(), at: z.optional(z.number()) })) });

/** Ada and Ben, on a cloud that has no faults yet. */
const meet = async () => {
  const lines: CloudLine[] = [];
  const cloud = await startTestCloud({ faults: { seed: 5 }, log: (line) => lines.push(line) });
  const [ada, ben] = [await registerAccount(cloud.endpoint), await registerAccount(cloud.endpoint)];
  const wire = await connectDevice(cloud.endpoint, ada.phone);
  const to = [{ account: ben.account, version: 1, devices: [{ device: 1, body: 0 }] }];
  /** Sends so many messages at once, and gives the ids of those that were accepted. */
  const send = async (count = 1): Promise<string[]> => {
    const messages = Array.from({ length: count }, () => ({ message: newMessageId(), bodies: ['AAAA'], to }));
    const { results } = Sent.parse(await succeed(wire, 'relay.send', { messages }));
    return results.flatMap(({ message, at }) => (at === undefined ? [] : [`${message}.${ada.account}.1`]));
  };
  /** The ids of all that waits for Ben. */
  const collect = async (): Promise<Set<string>> => {
    await using phone = await connectDevice(cloud.endpoint, ben.phone);
    const found = new Set<string>();
    for (let ack: string[] = []; ; ) {
      const { envelopes } = Page.parse(await succeed(phone, 'relay.sync', ack.length > 0 ? { ack } : {}));
      ack = envelopes.map(({ id }) => id);
      if (ack.length === 0) return found;
      for (const id of ack) found.add(id);
    }
  };
  const dispose = async () => {
    await wire[Symbol.asyncDispose]();
    await cloud[Symbol.asyncDispose]();
  };
  return { ...cloud, lines, wire, send, collect, [Symbol.asyncDispose]: dispose };
};

const faultLines = (lines: readonly CloudLine[]) => lines.filter((line) => line.source === 'fault');

test('accepted is durable where batches come back undone, answers are lost and calls fail', async () => {
  const faults: FaultInput[] = [
    { kind: 'unprocessed', operation: 'BatchWriteItem', rate: 0.3 },
    { kind: 'lost-response', service: 'dynamodb', operation: 'BatchWriteItem', rate: 0.2 },
    { kind: 'error', service: 'dynamodb', operation: '*', error: 'InternalServerError', rate: 0.05 },
    { kind: 'latency', service: 'dynamodb', operation: '*', median: 2, p99: 10, rate: 0.5 },
  ];
  await using cloud = await meet();
  for (const fault of faults) cloud.faults.add(fault);
  const sending = Array.from({ length: 6 }, () => cloud.send(10).catch((): string[] => []));
  const accepted = (await Promise.all(sending)).flat();
  cloud.faults.clear();
  expect(accepted.length).toBeGreaterThan(0);
  const stored = await cloud.collect();
  expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
  expect(cloud.faults.counts().unprocessed).toBeGreaterThan(0);
  expect(cloud.faults.active()).toEqual([]);
});

test('a strike tells the invocation that it hit, and is among that one’s lines in the window', async () => {
  await using cloud = await meet();
  await using window = await startWindow(cloud, [0]);
  const show = async () => (await fetch(window.url)).text();
  expect(await show()).not.toContain('<h2>Faults');
  using fault = cloud.faults.add({ kind: 'latency', service: 'dynamodb', operation: 'Query', median: 1, p99: 1 });
  const invocations = new Map<string, string>();
  cloud.lambda.onActivity((activity) => invocations.set(activity.requestId, activity.function));
  await cloud.send();
  const strikes = faultLines(cloud.lines).slice(1);
  expect(strikes.length).toBeGreaterThan(0);
  for (const { line, requestId = '' } of strikes) {
    expect(invocations.get(requestId)).toContain('relay');
    expect(line).toMatch(new RegExp(`^fault: latency dynamodb Query by relay\\w+, request ${requestId}, of `));
  }
  const page = await show();
  expect(page).toContain(`<h2>Faults <small>seed ${cloud.faults.seed}</small></h2>`);
  expect(page).toMatch(/<pre>[^<]*fault: latency dynamodb Query/);
  fault[Symbol.dispose]();
  expect(await show()).not.toContain('<h2>Faults');
});

test('faults that a cloud is started with begin once it is deployed, by the seed that was given', async () => {
  const faults: FaultInput[] = [
    { kind: 'error', service: '*', operation: '*', error: 'InternalFailure', times: 1 },
    { kind: 'crash', function: 'relay*', within: 5 },
  ];
  await using cloud = await startTestCloud({ faults: { seed: 12, faults } });
  expect(cloud.faults.seed).toBe(12);
  expect(cloud.faults.active().map(({ strikes }) => strikes)).toEqual([0, 0]);
});

test('the example of the README is one of a fault of every kind', async () => {
  const readme = await readFile('README.md', 'utf8');
  const example = [...readme.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = '']) => json).find(isPlan);
  const faults = z.parse(z.object({ faults: z.array(z.custom<FaultInput>()) }), JSON.parse(example ?? ''));
  await using cloud = await startTestCloud({ faults });
  const kinds = cloud.faults.active().map(({ fault }) => fault.kind);
  expect(kinds.toSorted()).toEqual(Object.keys(cloud.faults.counts()).toSorted());
});

const isPlan = (json: string): boolean => json.includes('"faults"');

test('a fault that could never strike is refused with what there is', async () => {
  const faults: FaultInput[] = [{ kind: 'crash', function: 'rely', within: 5 }];
  await expect(startTestCloud({ faults: { faults } })).rejects.toThrow(
    /^The fault .*"rely".*: function: there is no "rely", there are .*relay/,
  );
  await using cloud = await startTestCloud();
  const call = { kind: 'error', error: 'ThrottlingException' } as const;
  const add = (service: string, operation: string) => () => cloud.faults.add({ ...call, service, operation });
  expect(add('dynamo', '*')).toThrow('service: there is no "dynamo", there are sns, secretsmanager, apigateway');
  expect(add('dynamodb', 'PutItme')).toThrow('operation: there is no "PutItme", there are GetItem');
  expect(add('execute-api', 'Post*')).not.toThrow();
  expect(cloud.faults.active()).toHaveLength(1);
});
