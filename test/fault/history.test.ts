import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { checkHistory } from './history/check.ts';

const run = async (args: readonly string[]) => {
  const child = spawn(process.execPath, ['test/fault/history/main.ts', ...args]);
  const said = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.error += chunk.toString()));
  const closed: unknown[] = await once(child, 'close');
  return { code: closed[0], ...said };
};

test('whatever fails, what is accepted arrives once, in order, and at those that it is for', async () => {
  const { violations, ...report } = await checkHistory({ seed: 1, seconds: 4, messages: 500, accounts: 2 });
  expect(violations).toEqual([]);
  expect(report).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, foreign: 0 });
  expect(report.accepted).toBeGreaterThanOrEqual(500);
  expect(report.delivered).toBeGreaterThanOrEqual(report.accepted);
  // A check in which little happens finds nothing.
  for (const act of ['cloud killed', 'device killed', 'half-open sockets', 'device clock jump', 'cloud clock jump']) {
    expect(report.faults[act]).toBeGreaterThan(0);
  }
}, 180_000);

test.each([
  [['--seconds', 'long'], /^--seconds long is not a number from 1 on\. Usage: npm run check:history -- /],
  [['--messages', '0'], /^--messages 0 is not a number from 1 on\. Usage: /],
  [['--seed', '-1'], /Usage: npm run check:history -- /],
  [['--jsno'], /--jsno.*Usage: /s],
])('%j is refused with the usage', async (args, told) => {
  expect(await run(args)).toEqual({ code: 2, out: '', error: expect.stringMatching(told) });
});

test('it says what once means, what a seed repeats, and what it does not', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/^Usage: npm run check:history -- .*Once means: .*What a seed repeats: .*What it leaves open: /s);
});
