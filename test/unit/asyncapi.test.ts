import { readFile } from 'node:fs/promises';
import { Parser } from '@asyncapi/parser';
import { expect, test } from 'vitest';
import { events, methodNames } from '#protocol';
import { asyncApiText, file } from '../../scripts/asyncapi/text.ts';

test('docs/asyncapi.yaml says what the protocol says; `npm run docs` writes it', async () => {
  expect(await readFile(file, 'utf8')).toBe(asyncApiText());
});

test('it is a valid document, with an operation for every method and event', async () => {
  const { document, diagnostics } = await new Parser().parse(asyncApiText());
  expect(diagnostics.map(({ message, path }) => `${path.join('/')}: ${message}`)).toEqual([]);
  const operations = document
    ?.operations()
    .all()
    .map((operation) => operation.id());
  const expected = [...methodNames, ...Object.keys(events).map((event) => `${event}.event`)];
  expect(operations?.toSorted()).toEqual(expected.toSorted());
});
