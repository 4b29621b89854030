import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, inject, test } from 'vitest';
import { quantities, type Usage } from '#local';
import { measureCost } from '../../bench/cost.ts';
import { costLines } from '../../bench/report.ts';
import { asMarkdown } from '../../bench/sections.ts';
import { scenarios } from '../../bench/scenarios.ts';
import { openStage } from '../../bench/stage.ts';
import { exchange } from '../../bench/throughput/exchange.ts';
import { startRelaySqlite } from '../../bench/throughput/relay-sqlite.ts';

/** As the steps say, and a little more: samples, and every half a minute a look whether all has been acknowledged. */
const expectSteps = (taken: Usage, steps: Partial<Usage>) => {
  for (const name of quantities) {
    const least = steps[name];
    if (least === undefined) continue;
    expect(taken[name]).toBeGreaterThanOrEqual(least);
    expect(taken[name]).toBeLessThanOrEqual(least + 1);
  }
};

test('a message from one phone to another costs what its steps say', async () => {
  await using stage = await openStage(inject('app'));
  const [alone, burst] = scenarios(stage);
  if (alone === undefined || burst === undefined) throw new Error('the bench begins with these two');

  const one = await measureCost(stage, { ...alone, count: 4 });
  expectSteps(one.perUnit, { invocations: 2, readUnits: 2, writeUnits: 2 });
  expect(one.perUnit.gatewayMessages).toBe(4);
  expect(one.perUnit.gbMs).toBeGreaterThan(0);
  // A line each, of the function and of the gateway, for the call and for its acknowledgement.
  expect(one.perUnit.logBytes).toBeLessThan(1600);
  const { invocations, readUnits, writeUnits, sqsRequests, gbMs, logBytes } = one.perUnit;
  const requests = 0.2 * invocations + 0.125 * readUnits + 0.625 * writeUnits + 0.4 * sqsRequests;
  expect(one.usdPerMillion).toBeCloseTo(4 + requests + gbMs * 0.0133334 + logBytes * 0.0005, 6);

  const many = await measureCost(stage, { ...burst, count: 8 });
  expectSteps(many.perUnit, { invocations: 2 / 8, readUnits: 2 / 8, writeUnits: 2 });
  expect(many.perUnit.gatewayMessages).toBe(4 / 8);

  const table = asMarkdown({ page: 'cost.md', mark: 'cost', paragraphs: [costLines([one, many])] }).split('\n');
  expect(table[0]).toMatch(
    /^\| scenario \| per \| messages \| invocations \| GB-ms \| RRU \| WRU \|( SQS requests \|)? log bytes \| USD per million \|$/,
  );
  expect(table[2]).toMatch(/\| message \| 4 \|( [\d.,]+ \|){5,6} \d\.\d\d \|$/);
}, 40_000);

test.each([1, 64])(
  'a plain relay does the work of the comparison with %i outstanding, and is left with nothing',
  async (window) => {
    await using data = await mkdtempDisposable(join(tmpdir(), 'tandem-relay-'));
    await using relay = await startRelaySqlite(data.path);
    const pairs = await relay.connect(3);
    const { messages, latencies } = await exchange(relay, pairs, { window, duration: 100 });
    expect(messages).toBeGreaterThanOrEqual(3 * window);
    expect(latencies).toHaveLength(messages);
    using file = new DatabaseSync(join(data.path, 'mail.sqlite'), { readOnly: true });
    await expect.poll(() => file.prepare('SELECT id FROM mail').all()).toEqual([]);
  },
);

test.each([
  [['speed'], /^2: There is no bench speed\. Usage: npm run bench -- /],
  [['cost', '--jsno'], /^2: .*--jsno.*Usage: npm run bench -- /s],
])('%j is refused with the usage', async (args, told) => {
  const child = spawn(process.execPath, ['bench/main.ts', ...args]);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = await once(child, 'close');
  expect(`${String(code)}: ${said}`).toMatch(told);
});
