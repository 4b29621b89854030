import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError } from './errors.ts';
import type { AccessRequest, Caller } from './iam/index.ts';

/** A request as it came in, its body read. */
export type AwsRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer };

export type Operation = { operation: string; input: unknown };

/** Read and write request units of DynamoDB, as AWS bills them. */
export type Capacity = { reads: number; writes: number };

export type Reply = {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  error?: string | undefined;
  consumed?: Capacity;
  /** Whether the connection is cut instead of answering. */
  cut?: boolean;
};

/** How a service's requests name their operation and input, and how it writes its errors. */
export type Protocol = {
  read: (request: AwsRequest) => Operation;
  fail: (error: AwsError) => Reply;
};

/** An emulated service: its folder reads its resources from the template and starts it; disposing stops it. */
export type Service = AsyncDisposable & {
  /** Its name in a signature's credential scope, for example `dynamodb`. */
  name: string;
  protocol: Protocol;
  /** The names of those that it serves. */
  operations: readonly string[];
  /** The permissions that a call needs, every one of them. Throws an AwsError for an operation or input that it does not know. */
  actions: (operation: string, input: unknown) => readonly AccessRequest[];
  handle: (request: AwsRequest & Operation & { caller: Caller }) => Promise<Reply>;
};
