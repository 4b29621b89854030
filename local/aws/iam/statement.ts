import * as z from 'zod/mini';

const Strings = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((value) => [value].flat()),
);
const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Values = z.pipe(
  z.union([Scalar, z.array(Scalar)]),
  z.transform((value) => [value].flat().map(String)),
);

const parts = {
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.optional(Strings),
  NotAction: z.optional(Strings),
  Resource: z.optional(Strings),
  NotResource: z.optional(Strings),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), Values))),
};

type Parts = { [Part in 'Action' | 'NotAction' | 'Resource' | 'NotResource']?: unknown };

const needsAction = z.refine<Parts>(
  ({ Action, NotAction }) => (Action === undefined) !== (NotAction === undefined),
  'needs Action or NotAction',
);
const needsResource = z.refine<Parts>(
  ({ Resource, NotResource }) => (Resource === undefined) !== (NotResource === undefined),
  'needs Resource or NotResource',
);

/** A statement of an identity-based policy; everything that may be one or many is a list. */
export const Statement = z.strictObject(parts).check(needsAction, needsResource);

export type Statement = z.infer<typeof Statement>;

/** `*`, or the principals by their kind. */
const PolicyPrincipal = z.union([
  z.literal('*'),
  z.strictObject({ AWS: z.optional(Strings), Service: z.optional(Strings) }),
]);

const granting = { ...parts, Principal: PolicyPrincipal };

/** A statement of a policy that belongs to a resource and so says for whom it is. */
export const ResourceStatement = z.strictObject(granting).check(needsAction, needsResource);

export type ResourceStatement = z.infer<typeof ResourceStatement>;

/** A statement of the trust policy of a role, which is about that role and so names no resource. */
const TrustStatement = z.pipe(
  z
    .strictObject({ ...granting, Resource: z.optional(z.undefined()), NotResource: z.optional(z.undefined()) })
    .check(needsAction),
  z.transform((statement) => ({ ...statement, Resource: ['*'] })),
);

export const PolicyDocument = z.object({
  Statement: z.pipe(
    z.union([Statement, z.array(Statement)]),
    z.transform((value) => [value].flat()),
  ),
});

export const ResourcePolicyDocument = z.object({
  Statement: z.pipe(
    z.union([ResourceStatement, z.array(ResourceStatement)]),
    z.transform((value) => [value].flat()),
  ),
});

export const TrustPolicyDocument = z.object({
  Statement: z.pipe(
    z.union([TrustStatement, z.array(TrustStatement)]),
    z.transform((value) => [value].flat()),
  ),
});
