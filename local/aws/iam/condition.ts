import { arnMatches, matches } from './wildcard.ts';

/**
 * The condition keys that a service provides for a request, with their values. No values: the key is known and this
 * request has none. A key that is not here at all cannot be decided.
 */
export type Context = Readonly<Record<string, readonly string[]>>;

export type Outcome = 'met' | 'unmet' | { undecidable: string };

type Operator = { test: (value: string, wanted: string) => boolean; negated: boolean };

const is = (test: Operator['test']): Operator => ({ test, negated: false });
const not = (test: Operator['test']): Operator => ({ test, negated: true });

const equals = (value: string, wanted: string) => value === wanted;
const equalsIgnoringCase = (value: string, wanted: string) => value.toLowerCase() === wanted.toLowerCase();
const like = (value: string, wanted: string) => matches(wanted, value);
const arnLike = (value: string, wanted: string) => arnMatches(wanted, value);
const compare = (holds: (value: number, wanted: number) => boolean) => (value: string, wanted: string) =>
  holds(Number(value), Number(wanted));

const operators: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', is(equals)],
  ['StringNotEquals', not(equals)],
  ['StringEqualsIgnoreCase', is(equalsIgnoringCase)],
  ['StringNotEqualsIgnoreCase', not(equalsIgnoringCase)],
  ['StringLike', is(like)],
  ['StringNotLike', not(like)],
  ['ArnEquals', is(arnLike)],
  ['ArnLike', is(arnLike)],
  ['ArnNotEquals', not(arnLike)],
  ['ArnNotLike', not(arnLike)],
  ['Bool', is(equalsIgnoringCase)],
  ['NumericEquals', is(compare((a, b) => a === b))],
  ['NumericNotEquals', not(compare((a, b) => a === b))],
  ['NumericLessThan', is(compare((a, b) => a < b))],
  ['NumericLessThanEquals', is(compare((a, b) => a <= b))],
  ['NumericGreaterThan', is(compare((a, b) => a > b))],
  ['NumericGreaterThanEquals', is(compare((a, b) => a >= b))],
]);

/** Whether all the operators of a statement's Condition hold for all of their keys. */
export const checkCondition = (
  condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  context: Context,
): Outcome => {
  const outcomes = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, wanted]) => checkKey(operator, wanted, valuesOf(key, context))),
  );
  // One that is not met settles it, whatever another that cannot be decided would say.
  if (outcomes.includes('unmet')) return 'unmet';
  return outcomes.find((outcome) => typeof outcome === 'object') ?? 'met';
};

type Values = readonly string[] | { undecidable: string };

/** Names of condition keys are case-insensitive. */
const valuesOf = (key: string, context: Context): Values => {
  const found = Object.entries(context).find(([name]) => equalsIgnoringCase(name, key));
  return found?.[1] ?? { undecidable: `condition key ${key}` };
};

const checkKey = (name: string, wanted: readonly string[], values: Values): Outcome => {
  const [, set, base = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(name) ?? [];
  const operator = operators.get(base);
  if (operator === undefined && name !== 'Null') return { undecidable: `condition operator ${name}` };
  if ('undecidable' in values) return values;
  const variable = wanted.find((value) => value.includes('${'));
  if (variable !== undefined) return { undecidable: `policy variable in ${variable}` };

  if (operator === undefined) return met(wanted.includes(String(values.length === 0)));
  if (values.length === 0) return met(ifExists !== undefined || emptySetHolds(set, operator));
  const holds = (value: string) => wanted.some((one) => operator.test(value, one)) !== operator.negated;
  // Without a set operator a negated test must hold for each value, as one that is equal disproves it.
  const every = set === 'ForAllValues:' || (set === undefined && operator.negated);
  return met(every ? values.every(holds) : values.some(holds));
};

/** What a key without values comes to (IAM User Guide, "Multivalued context keys" and "negated matching"). */
const emptySetHolds = (set: string | undefined, { negated }: Operator): boolean =>
  set === 'ForAllValues:' || (set === undefined && negated);

const met = (holds: boolean): Outcome => (holds ? 'met' : 'unmet');
