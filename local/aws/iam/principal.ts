import type { ResourceStatement } from './statement.ts';

/** Who asks, as the Principal of a policy names it: a service of AWS, or an account's role in one of its sessions. */
export type Principal = { service: string } | { account: string; arns: readonly string[] };

/**
 * The statements of a resource's policy that are about the principal. An account as Principal delegates to the
 * account's own policies, so it grants none of its roles anything, though it denies to all of them (IAM User Guide,
 * "AWS JSON policy elements: Principal").
 */
export const statementsAbout = (
  statements: readonly ResourceStatement[],
  principal: Principal,
): readonly ResourceStatement[] => statements.filter((statement) => isAbout(statement, principal));

const isAbout = ({ Effect, Principal: named }: ResourceStatement, principal: Principal): boolean => {
  if (named === '*' || named.AWS?.includes('*') === true) return true;
  if ('service' in principal) return named.Service?.includes(principal.service) === true;
  const { account, arns } = principal;
  const whole = Effect === 'Deny' ? [account, `arn:aws:iam::${account}:root`] : [];
  return named.AWS?.some((one) => arns.includes(one) || whole.includes(one)) === true;
};
