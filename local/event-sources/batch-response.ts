import * as z from 'zod/mini';

const Response = z.object({
  batchItemFailures: z.nullish(z.array(z.object({ itemIdentifier: z.string().check(z.minLength(1)) }))),
});

/**
 * The messages, by id, that a function's answer reports as failed. No list, an empty one or no answer at all mean that
 * all succeeded; an answer that is not as it should be, or names a message that is not of the batch, that all failed
 * (Lambda Developer Guide, "Implementing partial batch responses", success and failure conditions).
 */
export const failedOf = (response: unknown, batch: readonly string[]): ReadonlySet<string> => {
  const parsed = z.safeParse(z.nullish(Response), response);
  if (!parsed.success) return new Set(batch);
  const failed = parsed.data?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier) ?? [];
  return new Set(failed.every((id) => batch.includes(id)) ? failed : batch);
};
