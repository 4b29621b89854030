/** What the process asks of an execution environment. */
export type Invoke = {
  requestId: string;
  /** As an `X-Amzn-Trace-Id` header has it. */
  trace: string;
  /** JSON. */
  event: string;
  /** How far the cloud's time is ahead of this machine's as the invocation begins, in milliseconds. */
  lead: number;
  /** How long the handler may take, in milliseconds. */
  timeout: number;
  arn: string;
};

/** What an execution environment tells the process. */
export type Told =
  /** The bundle is loaded; this and every duration are in milliseconds. */
  | { kind: 'ready'; duration: number }
  | { kind: 'output'; source: 'stdout' | 'stderr'; text: string }
  /** The handler returned; `payload` is JSON, `pending` what it left running, by kind. */
  | { kind: 'returned'; payload: string; duration: number; pending: string[] }
  | { kind: 'threw'; message: string; stack: string; duration: number; pending: string[] };
