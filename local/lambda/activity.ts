import { randomBytes } from 'node:crypto';
import type { Invocation } from './environment.ts';

/** An invocation as whoever watches the functions sees it. */
export type Activity =
  | {
      kind: 'started';
      requestId: string;
      /** The `X-Amzn-Trace-Id` of every call that it makes with the AWS SDK. */
      trace: string;
      /** The function's name. */
      function: string;
      event: unknown;
    }
  | {
      kind: 'ended';
      requestId: string;
      function: string;
      result: Invocation;
      /** How long the handler ran, and how long its bundle loaded if this was a cold start; in milliseconds. */
      duration: number;
      init: number | undefined;
      /** The function's, in megabytes. */
      memory: number;
    };

/** A new trace header: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export const newTrace = (now: number): string => {
  const root = `1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
};
