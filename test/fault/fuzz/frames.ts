import * as fc from 'fast-check';
import { limits, methodNames, methods } from '#protocol';
import { nearly } from './edits.ts';
import { junk, toJson, trickyKeys } from './junk.ts';
import { valuesOf } from './schema-values.ts';

const ids = fc.oneof(
  { weight: 30, arbitrary: fc.oneof(fc.uuid(), fc.maxSafeInteger(), fc.string({ unit: 'binary', maxLength: 64 })) },
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: junk },
);

/** What only looks like a method: routes of the gateway's own, other spellings, names that every object has. */
const lookalikes = fc.oneof(
  fc.constantFrom('$default', '$connect', '$disconnect', '', '*', 'relay', 'relay.', 'relay.*', 'toString'),
  fc
    .tuple(fc.constantFrom(...methodNames), fc.constantFrom(' ', '\u0000', '.', '\n', 'é'))
    .map(([name, tail]) => name + tail),
  fc.constantFrom(...methodNames).map((name) => name.toUpperCase()),
  fc.constantFrom(...methodNames).map((name) => [name]),
  trickyKeys,
  junk,
);

type Shape = (params: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>;

/** Calls of every method, as often of each; `shape` is what becomes of good parameters. */
const calls = (words: readonly unknown[], shape: Shape = (params) => params): fc.Arbitrary<object> =>
  fc.oneof(
    ...methodNames.map((method) =>
      fc.record({
        jsonrpc: fc.constant('2.0'),
        id: ids,
        method: fc.constant(method),
        params: shape(valuesOf(methods[method].params, words)),
      }),
    ),
  );

/** A key given twice, at the place of the n-th brace. */
const doubled = (text: string, { at, key, value }: { at: number; key: string; value: unknown }): string => {
  const braces = [...text.matchAll(/\{(?!\})/g)].map(({ index }) => index + 1);
  const place = braces[at % Math.max(1, braces.length)] ?? 0;
  return `${text.slice(0, place)}${JSON.stringify(key)}:${toJson(value)},${text.slice(place)}`;
};

const fill = (text: string): string => text + ' '.repeat(Math.max(0, limits.frame - Buffer.byteLength(text)));

/** What is done to the text itself: most of it is then no JSON. */
const spoilings: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
  fc
    .record({ at: fc.nat(), key: fc.constantFrom('method', 'id', 'params', 'account', '__proto__'), value: junk })
    .map((twin) => (text: string) => doubled(text, twin)),
  fc.tuple(fc.nat(), fc.string({ unit: 'binary', minLength: 1 })).map(
    ([at, extra]) =>
      (text: string) =>
        text.slice(0, at % text.length) + extra + text.slice(at % text.length),
  ),
  fc.constantFrom(
    fill,
    (text: string) => `\uFEFF${text}`,
    (text: string) => `\n\t ${text}\r\n`,
  ),
);

/** No larger than the gateway lets through (what it closes for is no matter of the functions), and as UTF-8 has it. */
const within = (text: string): string => {
  const bytes = Buffer.from(text);
  return bytes.toString('utf8', 0, bytes.length <= limits.frame ? bytes.length : limits.frame - 3);
};

/** Texts of frames: good calls, near ones, and what is none; `words` are those of the world that they are said in. */
export const framesWith = (words: readonly unknown[]): fc.Arbitrary<string> => {
  const good = calls(words);
  const near = calls(words, nearly);
  const distorted = nearly(good);
  const misnamed = fc.tuple(good, lookalikes).map(([call, method]) => ({ ...call, method }));
  const batches = fc.array(fc.oneof(good, near), { maxLength: 3 });
  const spoilt = fc.tuple(fc.oneof(good, near), spoilings).map(([call, spoil]) => spoil(toJson(call)));
  const texts = fc.oneof(
    { weight: 16, arbitrary: good.map(toJson) },
    { weight: 10, arbitrary: near.map(toJson) },
    { weight: 2, arbitrary: distorted.map(toJson) },
    { weight: 1, arbitrary: misnamed.map(toJson) },
    { weight: 1, arbitrary: batches.map(toJson) },
    { weight: 1, arbitrary: junk.map(toJson) },
    { weight: 1, arbitrary: spoilt },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  return texts.map(within);
};
