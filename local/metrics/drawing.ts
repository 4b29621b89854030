import * as z from 'zod/mini';

const place = { x: z.int(), y: z.int(), width: z.int(), height: z.int() };
const Axis = z.object({ label: z.string() });

const Line = z.object({
  label: z.string(),
  axis: z.enum(['left', 'right']),
  /** One for each time; null where there is no datapoint. */
  values: z.array(z.nullable(z.number())),
});
export type Line = z.infer<typeof Line>;

const Text = z.object({ kind: z.literal('text'), ...place, markdown: z.string() });

const Graph = z.object({
  kind: z.literal('graph'),
  ...place,
  title: z.string(),
  stacked: z.boolean(),
  axes: z.object({ left: Axis, right: z.optional(Axis) }),
  lines: z.array(Line),
});
export type Graph = z.infer<typeof Graph>;

/** A dashboard as it is at one moment, between the cloud and the page that shows it. Times are seconds since 1970. */
export const Drawing = z.object({
  times: z.array(z.number()),
  widgets: z.array(z.discriminatedUnion('kind', [Text, Graph])),
});
export type Drawing = z.infer<typeof Drawing>;
