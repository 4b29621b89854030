import * as z from 'zod/mini';

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A key, an item or any other object whose values matter only where somebody looks at one. Every call passes here, so
 * it is taken as it is, where `z.record` would walk through it and copy it.
 */
export const Attributes = z.custom<Record<string, unknown>>(isObject, 'expected an object');
export type Attributes = z.infer<typeof Attributes>;
