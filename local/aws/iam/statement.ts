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

/** A statement of an identity-based policy; everything that may be one or many is a list. */
export const Statement = z
  .strictObject({
    Sid: z.optional(z.string()),
    Effect: z.enum(['Allow', 'Deny']),
    Action: z.optional(Strings),
    NotAction: z.optional(Strings),
    Resource: z.optional(Strings),
    NotResource: z.optional(Strings),
    Condition: z.optional(z.record(z.string(), z.record(z.string(), Values))),
  })
  .check(
    z.refine((s) => (s.Action === undefined) !== (s.NotAction === undefined), 'needs Action or NotAction'),
    z.refine((s) => (s.Resource === undefined) !== (s.NotResource === undefined), 'needs Resource or NotResource'),
  );

export type Statement = z.infer<typeof Statement>;

export const PolicyDocument = z.object({
  Statement: z.pipe(
    z.union([Statement, z.array(Statement)]),
    z.transform((value) => [value].flat()),
  ),
});
