import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { checkPairing } from './pairing/check.ts';

const run = async (args: readonly string[]) => {
  const child = spawn(process.execPath, ['test/fault/pairing/main.ts', ...args]);
  const said = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.error += chunk.toString()));
  const closed: unknown[] = await once(child, 'close');
  return { code: closed[0], ...said };
};

test('whatever fails and whoever interferes, no device is half-linked, and nobody is linked who should not be', async () => {
  const histories = Array.from({ length: 5 }, (_, i) => i + 1);
  const report = await checkPairing(4, histories);
  expect(report.failures).toEqual([]);
  expect(report).toMatchObject({ histories: 5, violations: 0 });
  // A check in which little happens finds nothing.
  expect(report.linked).toBeGreaterThan(5);
  expect(Object.keys(report.outcomes)).toEqual(expect.arrayContaining(['done', 'lost', 'pairing_taken']));
}, 180_000);

test.each([
  [['--histories', 'many'], /^--histories many is not a number from 1 on\. Usage: npm run check:pairing -- /],
  [['--seed', '-1'], /Usage: npm run check:pairing -- /],
  [['--only', '0'], /^--only 0 is not a number from 1 on\. Usage: /],
  [['--jsno'], /--jsno.*Usage: /s],
])('%j is refused with the usage', async (args, told) => {
  expect(await run(args)).toEqual({ code: 2, out: '', error: expect.stringMatching(told) });
});

test('it says what a seed repeats, and what it does not', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/^Usage: npm run check:pairing -- .*What a seed repeats: .*What it leaves open: /s);
});
