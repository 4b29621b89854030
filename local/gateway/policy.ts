import * as z from 'zod/mini';

import { matchesPattern } from './pattern.ts';

const OneOrMore = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((value) => (typeof value === 'string' ? [value] : value)),
);

// Conditions are not evaluated here, so a statement that has one makes the policy invalid rather than too wide.
const Statement = z.strictObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Action: OneOrMore,
  Resource: OneOrMore,
});

const PolicyDocument = z.object({
  Version: z.optional(z.string()),
  Statement: z.pipe(
    z.union([Statement, z.array(Statement)]),
    z.transform((value) => (Array.isArray(value) ? value : [value])),
  ),
});

/** Whether an authorizer's policy lets the client through: an allow and no deny. An invalid policy allows nothing. */
export const allowsInvoke = (policyDocument: unknown, methodArn: string): boolean => {
  const parsed = z.safeParse(PolicyDocument, policyDocument);
  if (!parsed.success) return false;
  const statements = parsed.data.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((action) => matchesPattern(action.toLowerCase(), 'execute-api:invoke')) &&
      Resource.some((resource) => matchesPattern(resource, methodArn)),
  );
  return statements.length > 0 && statements.every(({ Effect }) => Effect === 'Allow');
};
