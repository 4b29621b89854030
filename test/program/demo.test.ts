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

test('a load ends when its time is up, and tells what was done', { timeout: 90_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['demo/main.ts', '--load', '5', '--json']);
  const [where = '', done = ''] = stdout.trimEnd().split('\n');
  expect(where).toMatch(/^For 5 s: http:\/\/127\.0\.0\.1:\d+\/dashboard$/);
  expect(JSON.parse(done)).toMatchObject({ 'messages accepted': expect.any(Number), pairings: expect.any(Number) });
});

test.for(['0', '-5', 'long'])('a load of %s seconds is refused', async (seconds) => {
  const run = promisify(execFile)(process.execPath, ['demo/main.ts', `--load=${seconds}`]);
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`--load ${seconds} is not`) });
});
