import { checkCondition, type Context, type Outcome } from './condition.ts';
import type { Statement } from './statement.ts';
import { matches } from './wildcard.ts';

export type AccessRequest = { action: string; resource: string; context: Context };

export type Decision =
  | { allowed: true }
  /** `undecidable`: only something that this evaluation does not know could have allowed, or would have denied. */
  | { allowed: false; reason: 'implicit' | 'explicit' | 'undecidable'; detail?: string };

/**
 * What identity-based statements say to a request: a Deny wins over any Allow, nothing is allowed by default, and what
 * cannot be decided is denied (IAM User Guide, "Policy evaluation logic").
 */
export const evaluate = (statements: readonly Statement[], request: AccessRequest): Decision => {
  const outcomes = statements.map((statement) => ({ effect: statement.Effect, outcome: applies(statement, request) }));
  const denials = outcomes.filter(({ effect }) => effect === 'Deny');
  const grants = outcomes.filter(({ effect }) => effect === 'Allow');

  if (denials.some(({ outcome }) => outcome === 'met')) return { allowed: false, reason: 'explicit' };
  const unknownDenial = denials.map(({ outcome }) => outcome).find(isUndecidable);
  if (unknownDenial !== undefined) return undecidable(unknownDenial);
  if (grants.some(({ outcome }) => outcome === 'met')) return { allowed: true };
  const unknownGrant = grants.map(({ outcome }) => outcome).find(isUndecidable);
  return unknownGrant === undefined ? { allowed: false, reason: 'implicit' } : undecidable(unknownGrant);
};

type Undecidable = Extract<Outcome, object>;

const isUndecidable = (outcome: Outcome): outcome is Undecidable => typeof outcome === 'object';

const undecidable = ({ undecidable: detail }: Undecidable): Decision => ({
  allowed: false,
  reason: 'undecidable',
  detail,
});

const applies = (statement: Statement, { action, resource, context }: AccessRequest): Outcome => {
  if (!matchesAction(statement, action)) return 'unmet';
  const patterns = statement.Resource ?? statement.NotResource ?? [];
  const variable = patterns.find((pattern) => pattern.includes('${'));
  if (variable !== undefined) return { undecidable: `policy variable in ${variable}` };
  const named = patterns.some((pattern) => matches(pattern, resource));
  if (named !== (statement.Resource !== undefined)) return 'unmet';
  return checkCondition(statement.Condition ?? {}, context);
};

const matchesAction = ({ Action, NotAction }: Statement, action: string): boolean => {
  const named = (Action ?? NotAction ?? []).some((one) => matches(one.toLowerCase(), action.toLowerCase()));
  return named === (Action !== undefined);
};
