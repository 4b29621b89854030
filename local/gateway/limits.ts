/**
 * What API Gateway allows a WebSocket API; bytes and milliseconds.
 * AGW apigateway-execution-service-websocket-limits-table.html
 */
export const limits = {
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
  idle: 10 * 60_000,
  lifetime: 2 * 60 * 60_000,
  integrationTimeout: 29_000,
  authorizerResultBytes: 8 * 1024,
  urlCharacters: 4096,
  accessLogFormatBytes: 3 * 1024,
  /** Unverified: that a client which does not read is refused is documented, at how many unread bytes is not. */
  sendBufferBytes: 1024 * 1024,
} as const;

/** Quotas of an account in a Region that AWS raises on request. */
export type AccountQuotas = {
  /** Shared by messages, connects and @connections calls (AGW limits.html). */
  requestsPerSecond: number;
  burst: number;
  connectionsPerSecond: number;
};

export const defaultAccountQuotas: AccountQuotas = {
  requestsPerSecond: 10_000,
  burst: 5_000,
  connectionsPerSecond: 500,
};
