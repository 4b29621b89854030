import { glob, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { synthesize } from '#local';

test('a setting of the command line comes before that of cdk.json, and one that there is not is named', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-settings-'));
  const { path } = folder;
  await synthesize(process.cwd(), path, { 'tandem.stage': 'trial' });
  expect(await Array.fromAsync(glob('*.template.json', { cwd: path }))).toEqual(['Tandem-trial.template.json']);
  await expect(synthesize(process.cwd(), path, { 'tandem.stge': 'trial' })).rejects.toThrow(
    'tandem.stge is not a setting',
  );
});
