import * as z from 'zod/mini';
import { Traceparent } from './traceparent.ts';

const version = z.literal('2.0');
const Id = z.union([z.string().check(z.maxLength(64)), z.int()]);
export type CallId = z.infer<typeof Id>;

/** A call, or a notification when it has no id (JSON-RPC 2.0 §4). */
export const Call = z.object({
  jsonrpc: version,
  id: z.optional(Id),
  method: z.string(),
  params: z.optional(z.record(z.string(), z.unknown())),
  traceparent: z.optional(Traceparent),
});
export type Call = z.infer<typeof Call>;

export const ErrorObject = z.object({
  code: z.int(),
  message: z.string(),
  data: z.object({
    code: z.string(),
    retryable: z.boolean(),
    details: z.optional(z.unknown()),
    retryAfterMs: z.optional(z.int()),
  }),
});
export type ErrorObject = z.infer<typeof ErrorObject>;

/** What the server sends: the answer to a call, or a notification, or the gateway's own word. */
export const ServerFrame = z.union([
  z.object({ jsonrpc: version, id: Id, result: z.unknown() }),
  z.object({ jsonrpc: version, id: z.nullable(Id), error: ErrorObject }),
  z.object({ jsonrpc: version, method: z.string(), params: z.unknown() }),
  z.object({ message: z.string(), connectionId: z.string(), requestId: z.string() }),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;
