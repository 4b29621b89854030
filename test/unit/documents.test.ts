import { execFile } from 'node:child_process';
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

const pages = (await Array.fromAsync(glob('{*,docs/**/*}.md'))).toSorted();
const blocks = async (language: string) => {
  const found = await Promise.all(
    pages.map(async (page) => {
      const matches = (await readFile(page, 'utf8')).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
      return [...matches].map(([, code = '']) => ({ page, code }));
    }),
  );
  return found.flat();
};

/** What a reader of an example has already. */
const given = 'declare const endpoint: string; declare const friend: string;\n';

test('docs/verify-on-aws.md lists the cases that only AWS can settle, and no other', async () => {
  const tests = await Array.fromAsync(glob('test/contract/**/*.test.ts'));
  const sources = await Promise.all(tests.map((file) => readFile(file, 'utf8')));
  const cases = sources.flatMap((source) =>
    [...source.matchAll(/(['"`])unverified: (.*?)\1/g)].map(([, , name]) => name),
  );
  const page = await readFile('docs/verify-on-aws.md', 'utf8');
  const [edge = ''] = page.split('## The deployment');
  const listed = [...edge.matchAll(/^\| (?!case|---)(.+?) \|/gm)].map(([, name]) => name);
  expect(new Set(listed)).toEqual(new Set(cases));
});

test('docs/security.md names tests that there are', async () => {
  const page = await readFile('docs/security.md', 'utf8');
  const named = [...page.matchAll(/\]\(\.\.\/(test\/\S+) "([^"]+)"\)/g)].map(([, file = '', name = '']) => ({
    file,
    name,
  }));
  expect(named.length).toBeGreaterThan(20);
  const sources = new Map(
    await Promise.all(
      [...new Set(named.map(({ file }) => file))].map(async (file) => [file, await readFile(file, 'utf8')] as const),
    ),
  );
  // A parametrized name ends where its parameter begins.
  const isThere = ({ file, name }: { file: string; name: string }) =>
    sources.get(file)?.includes(`'${name}'`) === true ||
    sources.get(file)?.includes(`'${name.replace(/: \w+$/, ': ')}`);
  expect(named.filter((one) => isThere(one) !== true)).toEqual([]);
});

describe('what the documents show', () => {
  test.for([
    { language: 'ts', config: 'tsconfig.json' },
    { language: 'ts browser', config: 'client/tsconfig.json' },
    { language: 'ts worker', config: 'client/service-worker/tsconfig.json' },
  ])('compiles, where it is $language', async ({ language, config }) => {
    const folder = join('dist', 'documents', language.replace(' ', '-'));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const examples = await blocks(language);
    await Promise.all(
      examples.map(({ page, code }, i) => writeFile(join(folder, `${basename(page, '.md')}-${i}.ts`), given + code)),
    );
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join('../../..', config), include: ['.'], exclude: [] }),
    );
    const check = promisify(execFile)('node_modules/.bin/tsc', ['-p', folder]);
    expect(await check.catch((error: { stdout: string }) => error.stdout)).toMatchObject({ stdout: '' });
    expect(examples.length).toBeGreaterThan(0);
  });

  test('parses, where it is JSON', async () => {
    for (const { code } of await blocks('json')) expect(() => JSON.parse(code) as unknown).not.toThrow();
  });

  test('names scripts that there are', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile('package.json', 'utf8')));
    const text = (await Promise.all(pages.map((page) => readFile(page, 'utf8')))).join('\n');
    const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('links to files that there are', async () => {
    const missing = await Promise.all(
      pages.map(async (page) => {
        const links = [...(await readFile(page, 'utf8')).matchAll(/\]\((?!https?:|#)([^)# ]+)/g)].map(
          ([, link = '']) => link,
        );
        const broken = await Promise.all(
          links.map(async (link) => ((await Array.fromAsync(glob(join(page, '..', link)))).length === 0 ? link : [])),
        );
        return broken.flat().map((link) => `${page}: ${link}`);
      }),
    );
    expect(missing.flat()).toEqual([]);
  });
});
