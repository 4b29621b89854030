import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the demo tells its story in real processes, and nothing is lost or doubled', { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['demo/main.ts', '--json']);
  const outcome: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(outcome).toEqual({
    linked: true,
    sent: 110,
    delivered: 110,
    duplicates: 0,
    lost: 0,
    unlinked: true,
    ms: expect.any(Number),
  });
});
