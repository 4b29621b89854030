import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocks } from '../fixtures/documents.ts';
import { startTestCloud } from '../fixtures/world.ts';

test('the program of docs/protocol.md sends a message from one account to another without the SDK', async () => {
  const program = blocks.filter(({ page, language }) => page === 'docs/protocol.md' && language === 'js');
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-page-'));
  const file = join(folder.path, 'program.mjs');
  await writeFile(file, program.map(({ code }) => code).join('\n'));
  await using cloud = await startTestCloud();
  const { stdout } = await promisify(execFile)(process.execPath, [file, cloud.endpoint]);
  expect(stdout).toBe('hello\n');
});
