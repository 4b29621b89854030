import { execFile } from 'node:child_process';
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { Call, ErrorObject, errors, events, isEvent, isMethod, methods } from '#protocol';
import { blocks, commandsOf, pages, wrongLines } from '../fixtures/documents.ts';

const blocksIn = (language: string) => blocks.filter((block) => block.language === language);

/** What a reader of an example has already. */
const given = 'declare const endpoint: string; declare const friend: string;\n';

const Frame = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.optional(z.unknown()),
  method: z.optional(z.string()),
  params: z.optional(z.unknown()),
  result: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
});

/** Passes the schema, and has nothing that the schema leaves out. */
const expectExactly = (schema: z.ZodMiniType, value: unknown) => expect(schema.parse(value)).toEqual(value);

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

test.for(['docs/security.md', 'docs/restore.md'])('%s names tests that there are', async (file) => {
  const page = await readFile(file, 'utf8');
  const named = [...page.matchAll(/\]\(\.\.\/(test\/\S+) "([^"]+)"\)/g)].map(([, file = '', name = '']) => ({
    file,
    name,
  }));
  expect(named.length).toBeGreaterThan(5);
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

/** The names by which GitHub links to the sections of a page. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\d _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('what the documents show', () => {
  test.for([
    { language: 'ts', config: 'tsconfig.json' },
    { language: 'ts browser', config: 'client/tsconfig.json' },
    { language: 'ts worker', config: 'client/service-worker/tsconfig.json' },
  ])('compiles, where it is $language', async ({ language, config }) => {
    const folder = join('dist', 'documents', language.replace(' ', '-'));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const examples = blocksIn(language);
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
    for (const { code } of blocksIn('json')) expect(() => JSON.parse(code) as unknown).not.toThrow();
  });

  test('is in a language that is checked; plain text is no code', () => {
    const checked = new Set(['ts', 'ts browser', 'ts worker', 'js', 'json', 'sh', 'mermaid', 'text']);
    expect(blocks.filter(({ language }) => !checked.has(language))).toEqual([]);
    // test/scenario/protocol-page.test.ts runs that page's, and no other.
    expect(new Set(blocksIn('js').map(({ page }) => page))).toEqual(new Set(['docs/protocol.md']));
  });

  test('draws nothing between things that are not there, where it is a diagram', () => {
    expect(blocksIn('mermaid').length).toBeGreaterThan(1);
    expect(blocksIn('mermaid').flatMap(wrongLines)).toEqual([]);
  });

  test('can be typed into a shell, and what only AWS can run is listed as such', async () => {
    const known = /^(npm (ci|start|test|run)|npx cdk (bootstrap|destroy)|aws [a-z]+ [a-z-]+)\b/;
    const shells = blocksIn('sh');
    const filledIn = shells.map(({ code }) => code.replaceAll(/<\w+>/g, 'something'));
    for (const code of filledIn) await promisify(execFile)('bash', ['-n', '-c', code]);
    const commands = shells.flatMap(commandsOf);
    expect(commands.filter((command) => !known.test(command))).toEqual([]);
    const unproven = await readFile('docs/verify-on-aws.md', 'utf8');
    const ofAws = commands.flatMap((command) => /^aws [a-z]+ [a-z-]+/.exec(command) ?? []);
    expect(ofAws.filter((command) => !unproven.includes(`\`${command}`))).toEqual([]);
  });

  test('is a frame as the schemas want it, where the page is about the protocol', () => {
    const frames = blocksIn('json').filter(({ page }) => page === 'docs/protocol.md');
    const called = new Map<unknown, keyof typeof methods>();
    for (const { code } of frames) {
      const frame = Frame.parse(JSON.parse(code));
      const { id, method = '', params, result, error } = frame;
      const asked = called.get(id);
      if (isMethod(method)) {
        Call.parse(frame);
        expectExactly(methods[method].params, params);
        called.set(id, method);
      } else if (isEvent(method)) expectExactly(events[method], params);
      else if (error !== undefined) expect(errors).toHaveProperty(ErrorObject.parse(error).data.code);
      else if (asked !== undefined) expectExactly(methods[asked].result, result);
      else expect.fail(`nobody has asked for ${code}`);
    }
    expect(frames.length).toBeGreaterThan(5);
  });

  test('names scripts that there are', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile('package.json', 'utf8')));
    const text = (await Promise.all(pages.map((page) => readFile(page, 'utf8')))).join('\n');
    const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('links to files and sections that there are', async () => {
    const texts = new Map(await Promise.all(pages.map(async (page) => [page, await readFile(page, 'utf8')] as const)));
    const isThere = async (target: string, section: string | undefined): Promise<boolean> => {
      if ((await Array.fromAsync(glob(target))).length === 0) return false;
      return section === undefined || anchorsOf(texts.get(target) ?? '').includes(section);
    };
    const links = [...texts].flatMap(([page, text]) =>
      [...text.matchAll(/\]\((?!https?:)([^)# ]*)(?:#([^) ]+))?/g)].map(([, file = '', section]) => ({
        page,
        section,
        target: file === '' ? page : join(page, '..', file),
      })),
    );
    const found = await Promise.all(links.map(({ target, section }) => isThere(target, section)));
    expect(links.filter((_, i) => found[i] !== true)).toEqual([]);
  });
});
