import { expect, test } from 'vitest';
import { EnvelopeId } from '#protocol';
import { memoryStore } from '../../../client/memory-store.ts';
import { memory } from '../../../client/relay/memory.ts';
import { Received } from '../../../client/relay/received.ts';
import { newMessageId } from '../../fixtures/world.ts';
import { manualPlatform } from './manual-platform.ts';

const someIds = (count: number): EnvelopeId[] =>
  Array.from({ length: count }, () => EnvelopeId.parse(`${newMessageId()}.${'a'.repeat(32)}.1`));

test('what was received is known for eight days, and forgotten then, however much it is', async () => {
  const { clock } = manualPlatform();
  const received = new Received({ store: memoryStore(), clock });
  const [many, few] = [someIds(2500), someIds(3)];
  const known = async (ids: readonly EnvelopeId[]) =>
    (await Promise.all(ids.map((id) => received.has(id)))).filter(Boolean).length;
  for (const id of many) await received.add(id);
  await clock.advance(memory);
  for (const id of few) await received.add(id);

  await received.forgetOld();
  expect([await known(many), await known(few)]).toEqual([2500, 3]);
  await clock.advance(1);
  await received.forgetOld();
  expect([await known(many), await known(few)]).toEqual([0, 3]);
});
