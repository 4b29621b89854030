import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasUniqueNames } from '../../functions/shared/unique-names.ts';

const check = (text: string) => hasUniqueNames(text, JSON.parse(text));

test('whatever is written from a value names every member once, with white space or without', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      expect(check(JSON.stringify(value, null, space))).toBe(true);
    }),
  );
});

test('a member that is named twice is found, however deep, however it is spelled and whatever it holds', () => {
  const name = fc.string();
  const path = fc.array(fc.oneof(fc.constant('[]'), fc.string()), { maxLength: 5 });
  fc.assert(
    fc.property(name, fc.jsonValue(), path, (name, value, path) => {
      const escaped = name.split('').map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
      const twice = `{ ${JSON.stringify(name)} : ${JSON.stringify(value)}, "${escaped.join('')}":"\\":{\\"" }`;
      const text = path.reduce((inner, at) => (at === '[]' ? `[${inner}]` : `{${JSON.stringify(at)}:${inner}}`), twice);
      expect(check(text)).toBe(false);
    }),
  );
});

test('a text that nests as deeply as a frame allows is read', () => {
  const depth = 16_000;
  expect(check('['.repeat(depth) + ']'.repeat(depth))).toBe(true);
});
