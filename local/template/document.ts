import * as z from 'zod/mini';

const resource = z.object({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
  Condition: z.optional(z.string()),
  DependsOn: z.optional(z.union([z.string(), z.array(z.string())])),
});

const output = z.object({ Value: z.unknown(), Description: z.optional(z.string()) });

/** The parts of a CloudFormation template that decide what a stack consists of. */
export const document = z.object({
  Parameters: z.optional(z.record(z.string(), z.object({ Default: z.optional(z.unknown()) }))),
  Mappings: z.optional(z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())))),
  Conditions: z.optional(z.record(z.string(), z.unknown())),
  Resources: z.record(z.string(), resource),
  Outputs: z.optional(z.record(z.string(), output)),
});

export type Document = z.infer<typeof document>;
