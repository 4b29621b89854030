import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectionMemory } from '../../bench/local/connection-memory.ts';
import { startIdleClients } from '../../bench/local/idle-clients.ts';
import { settledMemory } from '../../bench/local/memory.ts';
import { runCloud } from '../../bench/run-cloud.ts';

test('the whole local cloud takes at most 300 MB when idle, and an idle connection 25 KB', async () => {
  const data = await mkdtemp(join(tmpdir(), 'tandem-data-'));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rm(data, { recursive: true, maxRetries: 5 }));
  await using clients = startIdleClients();
  await using cloud = await runCloud({ data });

  expect(await settledMemory(cloud.pid)).toBeLessThanOrEqual(300 * 2 ** 20);
  expect(await connectionMemory(cloud, clients, 1000)).toBeLessThanOrEqual(25 * 1024);
}, 180_000);
