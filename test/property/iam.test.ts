import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../local/aws/iam/index.ts';

type Statement = Parameters<typeof evaluate>[0][number];

const name = fc.constantFrom('Get', 'Put', 'Query', 'get', 'a', 'ab', 'abc');
const action = fc.tuple(fc.constantFrom('dynamodb', 'sns'), name).map((parts) => parts.join(':'));
const resource = fc.tuple(fc.constantFrom('x', 'y'), name).map((parts) => `arn:aws:${parts.join(':')}`);
const pattern = (exact: fc.Arbitrary<string>) =>
  fc.oneof(
    exact,
    fc.constant('*'),
    exact.map((text) => `${text.slice(0, -1)}*`),
    exact.map((text) => `${text.slice(0, -1)}?`),
  );

const statement: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
    actions: fc.tuple(fc.constantFrom('Action', 'NotAction'), fc.array(pattern(action), { minLength: 1 })),
    resources: fc.tuple(fc.constantFrom('Resource', 'NotResource'), fc.array(pattern(resource), { minLength: 1 })),
  })
  .map(({ Effect, actions, resources }) => ({ Effect, ...Object.fromEntries([actions, resources]) }));

const request = fc.record({ action, resource, context: fc.constant({}) });
const statements = fc.array(statement, { maxLength: 6 });

const allowAll = (extra: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Action: ['*'],
  Resource: ['*'],
  ...extra,
});

describe('statements', () => {
  test('nothing is allowed by nothing', () => {
    fc.assert(
      fc.property(request, (asked) => {
        expect(evaluate([], asked)).toEqual({ allowed: false, reason: 'implicit' });
      }),
    );
  });

  test('a deny that applies wins, whatever else is granted and in which order', () => {
    fc.assert(
      fc.property(statements, statements, request, (before, after, asked) => {
        const deny: Statement = { Effect: 'Deny', Action: [asked.action], Resource: [asked.resource] };
        const decision = evaluate([allowAll(), ...before, deny, ...after], asked);
        expect(decision).toEqual({ allowed: false, reason: 'explicit' });
      }),
    );
  });

  test('the order of statements changes nothing', () => {
    fc.assert(
      fc.property(statements, request, (all, asked) => {
        expect(evaluate(all.toReversed(), asked)).toEqual(evaluate(all, asked));
      }),
    );
  });

  test('one more allow takes nothing away, one more deny gives nothing', () => {
    fc.assert(
      fc.property(statements, statement, request, (all, one, asked) => {
        const without = evaluate(all, asked).allowed;
        const added = evaluate([...all, one], asked).allowed;
        expect(one.Effect === 'Allow' ? added || !without : without || !added).toBe(true);
      }),
    );
  });

  test('Action and NotAction, Resource and NotResource are each the other, negated', () => {
    fc.assert(
      fc.property(fc.array(pattern(action)), fc.array(pattern(resource)), request, (actions, resources, asked) => {
        const allows = (one: Omit<Statement, 'Effect'>) => evaluate([{ Effect: 'Allow', ...one }], asked).allowed;
        expect(allows({ NotAction: actions, Resource: ['*'] })).toBe(!allows({ Action: actions, Resource: ['*'] }));
        expect(allows({ Action: ['*'], NotResource: resources })).toBe(!allows({ Action: ['*'], Resource: resources }));
      }),
    );
  });

  test('the case of an action does not matter, that of a resource does', () => {
    fc.assert(
      fc.property(request, (asked) => {
        const upper = allowAll({ Action: [asked.action.toUpperCase()] });
        expect(evaluate([upper], asked).allowed).toBe(true);
        const exact = allowAll({ Resource: [asked.resource] });
        expect(evaluate([exact], { ...asked, resource: asked.resource.toUpperCase() }).allowed).toBe(false);
      }),
    );
  });
});

/** A matcher in another way than the one under test: by trying every split at a wildcard. */
const oracle = (glob: string, text: string): boolean => {
  const [first, ...rest] = glob;
  if (first === undefined) return text === '';
  if (first === '*') return oracle(rest.join(''), text) || (text !== '' && oracle(glob, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && oracle(rest.join(''), text.slice(1));
};

test('wildcards match what trying every way matches, and other characters only themselves', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', ':', '+', '(', '\n', '\\'), maxLength: 8 });
  const glob = fc.string({
    unit: fc.constantFrom('a', 'b', '.', '/', '*', '?', '+', '(', '[', '\\', '^'),
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.oneof(glob, text), text, (wanted, given) => {
      const asked = { action: 'a:b', resource: given, context: {} };
      expect(evaluate([allowAll({ Resource: [wanted] })], asked).allowed).toBe(oracle(wanted, given));
    }),
    { numRuns: 2000 },
  );
});

const decide = (operator: string, keys: Record<string, string[]>, context: Record<string, string[]>) =>
  evaluate([allowAll({ Condition: { [operator]: keys } })], { action: 'a:b', resource: 'r', context });

describe('conditions', () => {
  const values = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
  const wanted = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
  test('ForAllValues wants every value among those named, ForAnyValue one of them', () => {
    fc.assert(
      fc.property(values, wanted, (given, named) => {
        const holds = (set: string) => decide(`${set}:StringEquals`, { k: named }, { k: given }).allowed;
        expect(holds('ForAllValues')).toBe(given.every((value) => named.includes(value)));
        expect(holds('ForAnyValue')).toBe(given.some((value) => named.includes(value)));
      }),
    );
  });

  test('a negated operator is the operator, negated', () => {
    const pairs = [
      ['StringEquals', 'StringNotEquals'],
      ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
      ['StringLike', 'StringNotLike'],
      ['ArnLike', 'ArnNotLike'],
      ['ArnEquals', 'ArnNotEquals'],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...pairs), values, wanted, ([is, isNot], given, named) => {
        const negated = decide(isNot, { k: named }, { k: given }).allowed;
        expect(negated).toBe(!decide(is, { k: named }, { k: given }).allowed);
      }),
    );
  });

  test('numbers compare as numbers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (given, named) => {
        const holds = (operator: string) =>
          decide(`Numeric${operator}`, { k: [String(named)] }, { k: [String(given)] }).allowed;
        expect(['LessThan', 'Equals', 'GreaterThan'].map(holds)).toEqual([
          given < named,
          given === named,
          given > named,
        ]);
        expect(holds('LessThanEquals')).toBe(given <= named);
        expect(holds('GreaterThanEquals')).toBe(given >= named);
        expect(holds('NotEquals')).toBe(given !== named);
      }),
    );
  });

  test('all operators and all keys of a condition must hold', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (truths) => {
        const Condition = Object.fromEntries(
          ['StringEquals', 'StringLike'].map((operator) => [
            operator,
            Object.fromEntries(truths.map((truth, index) => [`k${index}`, [truth ? 'yes' : 'no']])),
          ]),
        );
        const context = Object.fromEntries(truths.map((_, index) => [`K${index}`, ['yes']]));
        const decision = evaluate([allowAll({ Condition })], { action: 'a:b', resource: 'r', context });
        expect(decision.allowed).toBe(truths.every(Boolean));
      }),
    );
  });

  test('an operator or key that is not known never allows, and never lifts a deny', () => {
    const unknown = fc.constantFrom(
      'IpAddress',
      'DateLessThan',
      'stringequals',
      'ForSomeValues:StringEquals',
      '',
      'Nul',
    );
    fc.assert(
      fc.property(
        unknown,
        fc.constantFrom('Allow' as const, 'Deny' as const),
        statements,
        (operator, Effect, others) => {
          const granting = others.filter((one) => one.Effect === 'Deny');
          const asked = { action: 'a:b', resource: 'r', context: { k: ['v'] } };
          for (const Condition of [{ [operator]: { k: ['v'] } }, { StringEquals: { missing: ['v'] } }]) {
            const doubtful = allowAll({ Effect, Condition });
            const all = Effect === 'Deny' ? [allowAll(), doubtful] : [...granting, doubtful];
            expect(evaluate(all, asked).allowed).toBe(false);
          }
        },
      ),
    );
  });

  test.each([
    ['StringEquals', false],
    ['StringNotEquals', true],
    ['StringEqualsIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValue:StringNotEquals', false],
  ])('a key without a value in the request makes %s %s', (operator, holds) => {
    expect(decide(operator, { k: ['v'] }, { k: [] }).allowed).toBe(holds);
  });

  test.each([
    [{ Null: { k: ['true'] } }, [], true],
    [{ Null: { k: ['true'] } }, ['v'], false],
    [{ Null: { k: ['false'] } }, ['v'], true],
    [{ Bool: { k: ['True'] } }, ['true'], true],
    [{ Bool: { k: ['false'] } }, ['true'], false],
    [{ StringLike: { k: ['v*'] } }, ['value'], true],
    [{ ArnLike: { k: ['arn:aws:sns:*:1:t'] } }, ['arn:aws:sns:eu:1:t'], true],
    [{ ArnLike: { k: ['arn:aws:sns:*:t'] } }, ['arn:aws:sns:eu:1:t'], false],
    [{ ArnLike: { k: ['arn:aws:sns:eu:1:*'] } }, ['arn:aws:sns:eu:1:t:u'], true],
  ])('%j with %j is %s', (Condition, given, holds) => {
    const asked = { action: 'a:b', resource: 'r', context: { k: given } };
    expect(evaluate([allowAll({ Condition })], asked).allowed).toBe(holds);
  });

  test('a policy variable is denied by name', () => {
    const own = allowAll({ Resource: ['arn:aws:s3:::bucket/${aws:username}/*'] });
    const asked = { action: 'a:b', resource: 'arn:aws:s3:::bucket/x/y', context: {} };
    expect(evaluate([own], asked)).toEqual({
      allowed: false,
      reason: 'undecidable',
      detail: 'policy variable in arn:aws:s3:::bucket/${aws:username}/*',
    });
    expect(decide('StringEquals', { k: ['${aws:username}'] }, { k: ['x'] })).toMatchObject({ reason: 'undecidable' });
  });
});
