import * as fc from 'fast-check';
import { limits } from '#protocol';
import { junk, toJson, trickyKeys } from './junk.ts';

type Path = readonly string[];
type Edit = { at: number; change: (value: unknown) => unknown };

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;

const placesIn = (value: unknown, path: Path = []): Path[] => {
  const below = isBranch(value) ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, child]) => placesIn(child, [...path, key]))];
};

const changed = (value: unknown, [key, ...rest]: Path, change: Edit['change']): unknown => {
  if (key === undefined) return change(value);
  if (!isBranch(value)) return value;
  const entries = Object.entries(value).map(([name, child]): [string, unknown] => [
    name,
    name === key ? changed(child, rest, change) : child,
  ]);
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
};

const withMember = (value: unknown, key: string, member: unknown): unknown => {
  if (Array.isArray(value)) return [...value, member];
  return isBranch(value) ? Object.fromEntries([...Object.entries(value), [key, member]]) : [member];
};

/** As often as wanted, and as a frame could hold. */
const repeated = (value: unknown, wanted: number): unknown => {
  const times = Math.min(wanted, Math.ceil(limits.frame / (toJson(value).length + 1)));
  if (typeof value === 'string') return value.repeat(times);
  const elements: unknown[] = Array.isArray(value) ? value : [value];
  return Array.from({ length: times }, () => elements).flat();
};

const changes: fc.Arbitrary<Edit['change']> = fc.oneof(
  junk.map((other) => () => other),
  fc.constant(() => undefined),
  fc.tuple(trickyKeys, junk).map(
    ([key, member]) =>
      (value: unknown) =>
        withMember(value, key, member),
  ),
  fc.integer({ min: 0, max: 200 }).map((times) => (value: unknown) => repeated(value, times)),
);

const edits: fc.Arbitrary<Edit[]> = fc.array(fc.record({ at: fc.nat(), change: changes }), {
  minLength: 1,
  maxLength: 3,
});

/** A value, and what nearly is it: at up to three places something else, more than there was, or nothing. */
export const nearly = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(values, edits).map(([value, list]) =>
    list.reduce((value, { at, change }) => {
      const places = placesIn(value);
      return changed(value, places[at % places.length] ?? [], change);
    }, value),
  );
