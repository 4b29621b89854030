/** One line of JSON an entry, to the function's log. Never a body, key, token or address. */
export type Log = {
  /** Something failed that the caller is not told the reason of. `what` names the step; `correlation` finds the call. */
  failure: (what: string, error: unknown, correlation?: string) => void;
};

const describe = (error: unknown) =>
  error instanceof Error ? { name: error.name, stack: error.stack?.split('\n').slice(1, 6) } : { name: typeof error };

export const log: Log = {
  failure: (what, error, correlation) => {
    process.stderr.write(`${JSON.stringify({ level: 'error', what, correlation, error: describe(error) })}\n`);
  },
};
