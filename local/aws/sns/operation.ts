import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import type { Context } from '../iam/index.ts';
import type { Xml } from '../xml.ts';

/** An operation of the API: what it needs a permission on, and what it does. */
export type SnsOperation = {
  resource: (input: unknown) => string;
  context: (input: unknown) => Context;
  run: (input: unknown) => Promise<Xml>;
};

export type SnsOperations = Readonly<Record<string, SnsOperation>>;

type Definition<Input> = {
  /** The ARN that a policy must allow it on. */
  resource: (input: Input) => string;
  /** The condition keys of SNS's own. */
  context?: (input: Input) => Context;
  run: (input: Input) => Promise<Xml>;
};

/** An operation whose input follows a schema; any other input is an InvalidParameter error. */
export const operation = <T>(schema: z.ZodMiniType<T>, definition: Definition<T>): SnsOperation => {
  const parse = (input: unknown): T => {
    const parsed = z.safeParse(schema, input);
    if (parsed.success) return parsed.data;
    throw invalidParameter(z.prettifyError(parsed.error));
  };
  return {
    resource: (input) => definition.resource(parse(input)),
    context: (input) => definition.context?.(parse(input)) ?? {},
    run: (input) => definition.run(parse(input)),
  };
};

export const invalidParameter = (what: string): AwsError =>
  new AwsError('InvalidParameter', `Invalid parameter: ${what}`);

export const notFound = (what: string): AwsError => new AwsError('NotFound', `${what} does not exist`, 404);
