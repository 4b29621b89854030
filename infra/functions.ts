import type { Capability } from '#protocol';
import type { envNames } from '../functions/shared/env-names.ts';

export type EnvName = keyof typeof envNames;

/** What one Lambda function is made of and may do. Beside writing its own log, it may do nothing that is not said here. */
export type FunctionSpec = {
  /** The file whose `handler` is run, from the root of the repository. */
  entry: string;
  /** MB; a function's share of a processor grows with it, a whole one at 1769. */
  memory: number;
  /** Seconds. */
  timeout: number;
  env?: readonly EnvName[];
  /** DynamoDB actions on the table of this name. */
  directory?: readonly string[];
  /** As `directory`. */
  mailboxes?: readonly string[];
  /** What it may do to the open connections of its stage: send, close. */
  connections?: readonly ('POST' | 'DELETE')[];
};

/** The functions behind the WebSocket API. */
export const apiFunctions = {
  authorize: {
    entry: 'functions/session/authorize.handler.ts',
    memory: 512,
    timeout: 5,
    env: ['directoryTable', 'endpoint', 'host'],
    directory: ['GetItem'],
  },
  connection: {
    entry: 'functions/session/connection.handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'endpoint'],
    directory: ['UpdateItem'],
    connections: ['POST', 'DELETE'],
  },
  session: {
    entry: 'functions/session/handler.ts',
    memory: 256,
    timeout: 5,
    env: ['minimumClient'],
  },
  pairing: {
    entry: 'functions/pairing/handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'endpoint', 'host'],
    directory: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    connections: ['POST', 'DELETE'],
  },
  relay: {
    entry: 'functions/relay/handler.ts',
    memory: 1024,
    timeout: 20,
    env: ['directoryTable', 'mailboxesTable', 'endpoint'],
    directory: ['Query', 'UpdateItem'],
    mailboxes: ['BatchWriteItem', 'Query'],
    connections: ['POST'],
  },
} as const satisfies Record<string, FunctionSpec>;

/** All functions, with those that run while the stack is deployed; api-gateway-log-role.ts says what that one may do. */
export const functions = {
  ...apiFunctions,
  'api-gateway-log-role': {
    entry: 'functions/deployment/api-gateway-log-role.handler.ts',
    memory: 256,
    timeout: 180,
  },
} as const satisfies Record<string, FunctionSpec>;

export type ApiFunctionName = keyof typeof apiFunctions;
export type FunctionName = keyof typeof functions;

/** The function behind the methods of each capability: one without a function does not type-check. */
export const functionOf = {
  session: 'session',
  account: 'pairing',
  pairing: 'pairing',
  devices: 'pairing',
  relay: 'relay',
} as const satisfies Record<Capability, ApiFunctionName>;
