import { expect, test } from 'vitest';
import { dial } from '../../../client/connection/dial.ts';
import { platform } from '../../../client/platform.ts';
import { startCloud } from './cloud.ts';

test('who hung up before dialling opens no socket', async () => {
  await using cloud = await startCloud();
  const { clock } = platform;
  const line = { endpoint: cloud.endpoint, protocols: ['tandem.v1'], clock, onFrame: () => {}, onClose: () => {} };

  const wire = await dial({ ...line, signal: AbortSignal.abort() });

  expect(wire).toBeUndefined();
  expect(cloud.offers).toEqual([]);
});
