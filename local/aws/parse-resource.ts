import * as z from 'zod/mini';
import type { Resource } from '../template/model.ts';

/** The properties of a resource of the template. Throws, naming it, when they are not what the schema says. */
export const parseResource = <T extends z.core.$ZodType>(
  schema: T,
  { id, type, properties }: Resource,
): z.output<T> => {
  const result = z.safeParse(schema, properties);
  if (result.success) return result.data;
  throw new Error(`${type} ${id} in the template: ${z.prettifyError(result.error)}`);
};
