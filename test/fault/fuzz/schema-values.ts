import * as fc from 'fast-check';
import * as z from 'zod/mini';

type Schema = z.core.$ZodType;

const Bounds = z.object({ minimum: z.optional(z.number()), maximum: z.optional(z.number()) });
const Patterns = z.object({ patterns: z._default(z.set(z.instanceof(RegExp)), new Set()) });

/** The bounds that the checks of a schema leave for its numbers, or for the length of its texts and lists. */
const boundsOf = (schema: Schema, otherwise: { minimum: number; maximum: number }) => {
  const { minimum = otherwise.minimum, maximum = otherwise.maximum } = Bounds.parse(schema._zod.bag);
  return { minimum, maximum };
};

const texts = (schema: Schema): fc.Arbitrary<string> => {
  const { minimum, maximum } = boundsOf(schema, { minimum: 0, maximum: 1000 });
  const [pattern] = Patterns.parse(schema._zod.bag).patterns;
  if (pattern === undefined) return fc.string({ minLength: minimum, maxLength: maximum, unit: 'grapheme' });
  return fc.stringMatching(pattern);
};

const numbers = (schema: Schema): fc.Arbitrary<number> => {
  const { minimum, maximum } = boundsOf(schema, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
  const bounds = { min: Math.ceil(minimum), max: Math.floor(maximum) };
  return fc.oneof(fc.constantFrom(bounds.min, bounds.max), fc.integer(bounds));
};

const lists = (schema: Schema, elements: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> => {
  const { minimum, maximum } = boundsOf(schema, { minimum: 0, maximum: 200 });
  const few = fc.array(elements, { minLength: minimum, maxLength: Math.min(maximum, minimum + 3) });
  const many = fc.array(elements, { minLength: minimum, maxLength: maximum, size: 'max' });
  return fc.oneof({ weight: 19, arbitrary: few }, { weight: 1, arbitrary: many });
};

const made = (schema: Schema, words: readonly unknown[]): fc.Arbitrary<unknown> => {
  if (schema instanceof z.ZodMiniString) return texts(schema);
  if (schema instanceof z.ZodMiniNumber) return numbers(schema);
  if (schema instanceof z.ZodMiniBoolean) return fc.boolean();
  if (schema instanceof z.ZodMiniLiteral) return fc.constantFrom(...schema._zod.def.values);
  if (schema instanceof z.ZodMiniEnum) return fc.constantFrom(...Object.values(schema._zod.def.entries));
  if (schema instanceof z.ZodMiniUnion || schema instanceof z.ZodMiniDiscriminatedUnion) {
    return fc.oneof(...schema._zod.def.options.map((one) => valuesOf(one, words)));
  }
  if (schema instanceof z.ZodMiniArray) return lists(schema, valuesOf(schema._zod.def.element, words));
  if (schema instanceof z.ZodMiniNullable) return fc.option(valuesOf(schema._zod.def.innerType, words));
  if (schema instanceof z.ZodMiniOptional) {
    return fc.option(valuesOf(schema._zod.def.innerType, words), { nil: undefined });
  }
  if (schema instanceof z.ZodMiniObject) {
    const fields: [string, Schema][] = Object.entries(schema._zod.def.shape);
    return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, valuesOf(field, words)])));
  }
  throw new Error(`The method table now has a schema of the type ${schema._zod.def.type}: say here what fits it.`);
};

/**
 * Values of the shape of a schema: most of them, at each place, out of the `words` that fit it there. They need not
 * meet what a schema refines by functions: only words are sure to.
 */
export const valuesOf = (schema: Schema, words: readonly unknown[]): fc.Arbitrary<unknown> => {
  const fitting = words.filter((word) => z.safeParse(schema, word).success);
  const shaped = made(schema, words);
  if (fitting.length === 0) return shaped;
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: shaped });
};
