/** What the process asks of an execution environment. */
export type Invoke = {
  requestId: string;
  /** JSON. */
  event: string;
  /** How long the handler may take, in milliseconds. */
  timeout: number;
  arn: string;
};

/** What an execution environment tells the process. */
export type Told =
  | { kind: 'ready' }
  | { kind: 'output'; source: 'stdout' | 'stderr'; text: string }
  /** The handler returned; `payload` is JSON, `pending` what it left running, by kind. */
  | { kind: 'returned'; payload: string; pending: string[] }
  | { kind: 'threw'; message: string; stack: string; pending: string[] };
