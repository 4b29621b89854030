import type { Clock } from '../clock.ts';
import type { MayInvoke } from './permissions.ts';

/** What became of an invocation, as the local Lambda tells it. */
export type Invocation = { payload: unknown } | { error: 'unhandled' | 'timeout' | 'throttled'; message: string };

type Call = {
  functionArn: string;
  /** The ARN of the route or authorizer on whose behalf the function is called. */
  sourceArn: string;
  /** How long to wait for it, in milliseconds. */
  timeout: number;
};

export type Failure = { failure: 'permission' | 'unhandled' | 'timeout' | 'throttled'; message: string };

export type Outcome = ({ payload: unknown } | Failure) & {
  /** Milliseconds that it took, in real time as the function's own. */
  latency: number;
};

export type CallFunction = (call: Call, event: unknown) => Promise<Outcome>;

export type CallFunctionOptions = {
  clock: Clock;
  mayInvoke: MayInvoke;
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
};

/** Calls functions as API Gateway does: only where their resource policy allows it, and not longer than it waits. */
export const functionCaller =
  ({ clock, mayInvoke, invoke }: CallFunctionOptions): CallFunction =>
  async ({ functionArn, sourceArn, timeout }, event) => {
    if (!mayInvoke(functionArn, sourceArn)) {
      const message = `No AWS::Lambda::Permission lets ${sourceArn} invoke ${functionArn}.`;
      return { failure: 'permission', message, latency: 0 };
    }
    const started = performance.now();
    const { promise: late, resolve } = Promise.withResolvers<Failure>();
    // By the cloud's clock: whoever moves it past an invocation finds that one late, though the function runs on.
    const cancel = clock.after(timeout, () =>
      resolve({ failure: 'timeout', message: `${functionArn} did not answer within ${timeout} ms.` }),
    );
    const answer = invoke(functionArn, event).then(
      (invocation) => ('error' in invocation ? { failure: invocation.error, message: invocation.message } : invocation),
      (error: unknown): Failure => ({ failure: 'unhandled', message: String(error) }),
    );
    try {
      return { ...(await Promise.race([answer, late])), latency: Math.round(performance.now() - started) };
    } finally {
      cancel();
    }
  };
