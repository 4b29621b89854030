import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { limits } from '#protocol';
import { dial } from '../../../client/connection/dial.ts';
import { platform } from '../../../client/platform.ts';
import { startCloud } from './cloud.ts';
import { manualPlatform } from './manual-platform.ts';

test('who hung up before dialling opens no socket', async () => {
  await using cloud = await startCloud();
  const { clock } = platform;
  const line = { endpoint: cloud.endpoint, protocols: ['tandem.v1'], clock, onFrame: () => {}, onClose: () => {} };

  const wire = await dial({ ...line, signal: AbortSignal.abort() });

  expect(wire).toBe('mute');
  expect(cloud.offers).toEqual([]);
});

test('who is turned away is refused; who hears nothing in time is not', async () => {
  await using cloud = await startCloud({ admit: () => false });
  await using mute = createServer();
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = z.object({ port: z.int() }).parse(mute.address());
  const { clock } = manualPlatform();
  const line = { protocols: ['tandem.v1'], clock, signal: new AbortController().signal };
  const handlers = { onFrame: () => {}, onClose: () => {} };

  expect(await dial({ ...line, ...handlers, endpoint: cloud.endpoint })).toBe('refused');

  const reached = once(mute, 'connection');
  const dialling = dial({ ...line, ...handlers, endpoint: `ws://127.0.0.1:${port}` });
  const [socket]: unknown[] = await reached;
  await clock.advance(limits.call);
  expect(await dialling).toBe('mute');
  z.instanceof(Socket).parse(socket).destroy();
});
