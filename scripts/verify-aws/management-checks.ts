import { deepEqual, equal, ok } from 'node:assert/strict';
import { setInterval } from 'node:timers/promises';
import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import * as z from 'zod/mini';
import type { ConnectedDevice, Stage } from './stage.ts';

/** What `@connections` of a deployed stage and of the local cloud must both do; throws, with both values, where one does not. */
type Check = (stage: Stage) => Promise<void>;

const asDevice =
  (check: (device: ConnectedDevice, stage: Stage) => Promise<void>): Check =>
  async (stage) => {
    using device = await stage.connect();
    await check(device, stage);
  };

const post = ({ management }: Stage, ConnectionId: string, Data: string | Uint8Array) =>
  management.send(new PostToConnectionCommand({ ConnectionId, Data }));
const get = ({ management }: Stage, ConnectionId: string) =>
  management.send(new GetConnectionCommand({ ConnectionId }));
const close = ({ management }: Stage, ConnectionId: string) =>
  management.send(new DeleteConnectionCommand({ ConnectionId }));

const Refusal = z.object({ name: z.string(), $metadata: z.object({ httpStatusCode: z.int() }) });

/** The status and the name of the error that a call is refused with. */
const refused = (call: Promise<object>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => {
      const refusal = Refusal.safeParse(error);
      if (!refusal.success) throw error;
      return `${refusal.data.$metadata.httpStatusCode} ${refusal.data.name}`;
    },
  );

const checkGone = async (stage: Stage, id: string) => {
  const refusals = [refused(post(stage, id, '{}')), refused(get(stage, id)), refused(close(stage, id))];
  deepEqual(
    await Promise.all(refusals),
    Array.from({ length: 3 }, () => '410 GoneException'),
  );
};

/** Waits until the function behind `$disconnect` has done its work. @throws when it has not after ten seconds */
const disconnected = async (stage: Stage) => {
  const deadline = Date.now() + 10_000;
  for await (const _ of setInterval(100)) {
    if ((await stage.connectionId()) === undefined) return;
    ok(Date.now() < deadline, 'no $disconnect has come for ten seconds');
  }
};

const quoted = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));

export const managementChecks: Readonly<Record<string, Check>> = {
  'a post reaches its connection': asDevice(async (device, stage) => {
    const heard = device.hear();
    await post(stage, device.id, '{"grüße":"👋"}');
    deepEqual(await heard, { grüße: '👋' });
  }),
  'a post of 128 KB passes, a larger one is refused with 413': asDevice(async (device, stage) => {
    const heard = device.hear();
    await post(stage, device.id, quoted(128 * 1024));
    equal(JSON.stringify(await heard).length, 128 * 1024);
    equal(await refused(post(stage, device.id, quoted(128 * 1024 + 1))), '413 PayloadTooLargeException');
  }),
  'a post of bytes that are not UTF-8 is refused with 400': asDevice(async (device, stage) =>
    equal(await refused(post(stage, device.id, new Uint8Array([0xff, 0xfe]))), '400 BadRequestException'),
  ),
  'GET tells connectedAt, lastActiveAt and the identity': asDevice(async (device, stage) => {
    const { ConnectedAt, LastActiveAt, Identity } = await get(stage, device.id);
    for (const at of [ConnectedAt, LastActiveAt]) {
      ok(Math.abs(Date.now() - (at?.getTime() ?? 0)) < 60_000, `it tells ${String(at)}, not the last minute`);
    }
    ok(Identity?.SourceIp !== undefined, `it tells ${JSON.stringify(Identity)}, without a sourceIp`);
  }),
  'DELETE closes with 1000, and $disconnect follows': asDevice(async (device, stage) => {
    const closed = device.closed();
    await close(stage, device.id);
    equal(await closed, 1000);
    await disconnected(stage);
  }),
  'a connection that has gone is Gone, with 410': async (stage) => {
    const { socket, id, closed } = await stage.connect();
    const gone = closed();
    socket.close();
    await gone;
    await disconnected(stage);
    await checkGone(stage, id);
  },
  'an id that never was is Gone, with 410': (stage) => checkGone(stage, 'L0SM9cOFvHcCIhw='),
};
