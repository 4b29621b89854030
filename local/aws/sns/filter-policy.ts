import * as z from 'zod/mini';

/**
 * Which messages a subscription gets, by the developer guide ("Amazon SNS subscription filter policies"): every key of
 * the policy must have a value that one of its conditions matches.
 */

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Strings = z.union([z.string(), z.array(z.string())]);
const Bound = z.enum(['=', '>', '>=', '<', '<=']);
const Condition = z.union([
  Scalar,
  z.strictObject({ exists: z.boolean() }),
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ suffix: z.string() }),
  z.strictObject({ 'equals-ignore-case': z.string() }),
  z.strictObject({
    numeric: z.union([z.tuple([Bound, z.number()]), z.tuple([Bound, z.number(), Bound, z.number()])]),
  }),
  z.strictObject({
    'anything-but': z.union([
      Scalar,
      z.array(Scalar),
      z.strictObject({ prefix: Strings }),
      z.strictObject({ suffix: Strings }),
    ]),
  }),
]);
type Condition = z.infer<typeof Condition>;

export type FilterPolicy = { [key: string]: Condition[] | FilterPolicy };

const keys = z
  .string()
  .check(z.refine((key) => !key.startsWith('$'), { error: 'of a filter policy with $or is not served here' }));

/** A policy for attributes is flat; one for a JSON body follows its objects. */
export const FilterPolicy: z.ZodMiniType<FilterPolicy> = z.record(
  keys,
  z.union([z.array(Condition).check(z.minLength(1)), z.lazy(() => FilterPolicy)]),
);

/** Values by key: lists at the leaves, whatever was one value or many. */
export type Filtered = { [key: string]: readonly unknown[] | Filtered };

export const matchesFilter = (policy: FilterPolicy, values: Filtered): boolean =>
  Object.entries(policy).every(([key, wanted]) => {
    const given = values[key];
    if (!Array.isArray(wanted)) return isNested(given) && matchesFilter(wanted, given);
    const leaves = Array.isArray(given) ? given : [];
    return wanted.some((condition) => matchesAny(condition, leaves));
  });

const isNested = (given: Filtered[string] | undefined): given is Filtered =>
  given !== undefined && !Array.isArray(given);

const matchesAny = (condition: Condition, values: readonly unknown[]): boolean => {
  if (typeof condition === 'object' && condition !== null && 'exists' in condition) {
    return values.length > 0 === condition.exists;
  }
  return values.some((value) => matches(condition, value));
};

const matches = (condition: Condition, value: unknown): boolean => {
  if (typeof condition !== 'object' || condition === null) return value === condition;
  if ('prefix' in condition) return typeof value === 'string' && value.startsWith(condition.prefix);
  if ('suffix' in condition) return typeof value === 'string' && value.endsWith(condition.suffix);
  if ('numeric' in condition) return typeof value === 'number' && inRange(condition.numeric, value);
  if ('anything-but' in condition) return !isExcluded(condition['anything-but'], value);
  if ('exists' in condition) return condition.exists;
  return typeof value === 'string' && value.toLowerCase() === condition['equals-ignore-case'].toLowerCase();
};

type Excluded = Extract<Condition, { 'anything-but': unknown }>['anything-but'];

const isExcluded = (excluded: Excluded, value: unknown): boolean => {
  if (typeof excluded !== 'object' || excluded === null) return value === excluded;
  if (Array.isArray(excluded)) return excluded.some((one) => one === value);
  if (typeof value !== 'string') return false;
  if ('prefix' in excluded) return [excluded.prefix].flat().some((one) => value.startsWith(one));
  return [excluded.suffix].flat().some((one) => value.endsWith(one));
};

type Range = Extract<Condition, { numeric: unknown }>['numeric'];

const inRange = ([first, from, second, to]: Range, value: number): boolean =>
  compare(first, value, from) && (second === undefined || to === undefined || compare(second, value, to));

const compare = (bound: z.infer<typeof Bound>, value: number, limit: number): boolean => {
  switch (bound) {
    case '=':
      return value === limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
  }
};
