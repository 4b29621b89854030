import * as fc from 'fast-check';
import { limits } from '#protocol';

/** Stands in a value for JSON that no value is written as; {@link toJson} puts it there. */
const raw = (json: string): string => `\u0001${json}`;

/** A value as JSON. */
export const toJson = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replaceAll(/"\\u0001((?:[^"\\]|\\.)*)"/g, (text: string) => {
    const written: unknown = JSON.parse(text);
    return String(written).slice(1);
  });

/** Keys that a careless reader of JSON takes for something else. */
export const trickyKeys = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  '',
  '0',
  'length',
  '$ref',
  'id',
  'method',
  'params',
);

/** As often as one thing, written in JSON, goes into a frame beside a call. */
const times = (json: string): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: Math.floor((limits.frame - 500) / Buffer.byteLength(json)) });
const manyOf = <T>(one: T, json: string): fc.Arbitrary<T[]> =>
  times(json).map((length) => Array.from({ length }, () => one));

const numbers = fc.oneof(
  fc.constantFrom(0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), Number.MAX_SAFE_INTEGER, 5e-324, Number.MAX_VALUE),
  fc.constantFrom('-0', '1e400', '-1e400', '1E-400', '9'.repeat(400), '0.1e1').map(raw),
);

const loneSurrogates = fc
  .array(fc.integer({ min: 0xd800, max: 0xdfff }), { minLength: 1, maxLength: 4 })
  .map((units) => String.fromCharCode(...units));

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  loneSurrogates,
  trickyKeys,
  fc.constantFrom(
    '\u0000',
    '\u2028',
    '\uFEFF',
    '\u202E',
    'é',
    'e\u0301',
    'İ',
    'ﬃ',
    '👩‍👩‍👧',
    '1',
    'true',
    'null',
    '%00',
    '${x}',
  ),
  ...['A', 'é', '"', '\u0000', '😀'].map((unit) =>
    manyOf(unit, JSON.stringify(unit).slice(1, -1)).map((units) => units.join('')),
  ),
);

const brackets: readonly (readonly [string, string])[] = [
  ['[', ']'],
  ['{"a":', '}'],
  ['[{"":', '}]'],
];
const deep = fc.oneof(
  ...brackets.map(([open, close]) =>
    times(open + close).map((depth) => raw(`${open.repeat(depth)}1${close.repeat(depth)}`)),
  ),
);

const wide = fc.oneof(
  ...[0, null, '', {}, []].map((element) => manyOf(element, `${JSON.stringify(element)},`)),
  times('"k9999":9999,').map((length) => Object.fromEntries(Array.from({ length }, (_, i) => [`k${i}`, i]))),
);

/** What does not belong where it stands: every type, and of each what a careless reader stumbles over. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, false, {}, [], [[]]),
  numbers,
  texts,
  deep,
  wide,
  trickyKeys.map((key) => Object.fromEntries([[key, { [key]: 1 }]])),
  fc.jsonValue(),
);
