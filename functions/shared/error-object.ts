import { type ErrorCode, type ErrorObject, errors, TandemError } from '#protocol';

/** What AWS says when it is short of capacity for now; its SDK has tried again already. */
const passing = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

const known = (error: unknown): TandemError | undefined => {
  if (error instanceof TandemError) return error;
  return error instanceof Error && passing.has(error.name) ? new TandemError('unavailable') : undefined;
};

/** An error object with a name of the table. */
export type Refusal = ErrorObject & { data: { code: ErrorCode } };

/** The JSON-RPC error for whatever was thrown; an unexpected one says nothing but under which id the log has it. */
export const toErrorObject = (error: unknown, correlation: string): Refusal => {
  const { code, details, retryAfterMs } = known(error) ?? new TandemError('internal', { correlation });
  const { rpc, retryable, message } = errors[code];
  const hints = { ...(details !== undefined && { details }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { code: rpc, message, data: { code, retryable, ...hints } };
};
