import * as z from 'zod/mini';

/** A custom resource as it is since its function last answered. */
export const Made = z.object({
  /** Its logical id in the template. */
  id: z.string(),
  type: z.string(),
  properties: z.record(z.string(), z.unknown()),
  /** What a Ref to it gives. */
  physicalId: z.string(),
  /** What Fn::GetAtt gives, by attribute. */
  data: z.record(z.string(), z.unknown()),
});
export type Made = z.infer<typeof Made>;
