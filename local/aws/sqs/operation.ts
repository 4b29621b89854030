import * as z from 'zod/mini';
import type { Caller } from '../iam/index.ts';
import { invalidParameter } from './errors.ts';

/** A permission that an operation needs: the action without its prefix, and the queue's ARN. */
type Access = { action: string; queue: string };

/** Who calls, and where it called: the origin of the URLs that it is told. */
export type From = { caller: Caller; origin: string };

export type SqsOperation = {
  access: (input: unknown) => Access[];
  run: (input: unknown, from: From) => object | Promise<object>;
};

export type SqsOperations = Readonly<Record<string, SqsOperation>>;

type Definition<Input> = {
  access: (input: Input) => Access[];
  run: (input: Input, from: From) => object | Promise<object>;
};

/** An operation whose input follows a schema; any other input is an InvalidParameterValue error. */
export const operation = <T>(schema: z.ZodMiniType<T>, { access, run }: Definition<T>): SqsOperation => {
  const parse = (input: unknown): T => {
    const parsed = z.safeParse(schema, input);
    if (parsed.success) return parsed.data;
    throw invalidParameter(`What the local cloud does not take: ${z.prettifyError(parsed.error)}`);
  };
  return { access: (input) => access(parse(input)), run: (input, from) => run(parse(input), from) };
};

/** A whole number in a range, which the error message states. */
export const whole = (least: number, most: number) =>
  z.int().check(z.gte(least, `must be at least ${least}`), z.lte(most, `must be at most ${most}`));
