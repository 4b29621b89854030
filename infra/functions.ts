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
  /** The queues that it may put work into. */
  queues?: readonly ('closing' | 'deadlines' | 'releases')[];
  /** Whether it may say that devices are to be woken. */
  wakes?: true;
  /** SNS actions on the endpoints of phones, and, to create one, on the platform applications. */
  endpoints?: readonly string[];
  /** Whether it may make and delete schedules of reminders. */
  schedules?: true;
  /** Whether it may read the key that push services of browsers know this cloud by. */
  vapidKey?: true;
  /** Whether it may read the secret that signs tickets of admission, where there is one. */
  ticketSecret?: true;
  /** What it may do to the open connections of its stage: send, close. */
  connections?: readonly ('POST' | 'DELETE')[];
};

/** The functions behind the WebSocket API. */
const apiFunctions = {
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
    env: ['directoryTable', 'closingQueue', 'endpoint', 'quotas'],
    directory: ['UpdateItem'],
    queues: ['closing'],
    connections: ['POST'],
  },
  session: {
    entry: 'functions/session/handler.ts',
    memory: 256,
    timeout: 5,
    env: ['minimumClient'],
  },
  account: {
    entry: 'functions/pairing/account.handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'closingQueue', 'releaseQueue', 'endpoint', 'host', 'quotas', 'admission'],
    directory: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    queues: ['closing', 'releases'],
    ticketSecret: true,
    connections: ['POST'],
  },
  pairing: {
    entry: 'functions/pairing/handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'closingQueue', 'releaseQueue', 'endpoint', 'host', 'quotas'],
    directory: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    queues: ['closing', 'releases'],
    connections: ['POST'],
  },
  relay: {
    entry: 'functions/relay/handler.ts',
    memory: 1024,
    timeout: 20,
    env: ['directoryTable', 'mailboxesTable', 'closingQueue', 'deadlineQueue', 'wakeupTopic', 'endpoint', 'quotas'],
    directory: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    mailboxes: ['BatchWriteItem', 'Query'],
    queues: ['closing', 'deadlines'],
    wakes: true,
    connections: ['POST'],
  },
  keys: {
    entry: 'functions/keys/handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'closingQueue', 'endpoint', 'quotas'],
    directory: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    queues: ['closing'],
    connections: ['POST'],
  },
  push: {
    entry: 'functions/push/handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'closingQueue', 'releaseQueue', 'quotas', 'push'],
    directory: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    queues: ['closing', 'releases'],
    endpoints: ['CreatePlatformEndpoint', 'GetEndpointAttributes', 'SetEndpointAttributes'],
  },
} as const satisfies Record<string, FunctionSpec>;

/** The functions behind queues. */
const queueFunctions = {
  close: {
    entry: 'functions/session/close.handler.ts',
    memory: 256,
    timeout: 10,
    env: ['directoryTable', 'endpoint'],
    directory: ['GetItem'],
    connections: ['DELETE'],
  },
  deadline: {
    entry: 'functions/relay/deadline.handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'mailboxesTable', 'closingQueue', 'deadlineQueue', 'wakeupTopic', 'endpoint'],
    directory: ['GetItem', 'UpdateItem'],
    mailboxes: ['Query'],
    queues: ['closing', 'deadlines'],
    wakes: true,
    connections: ['POST'],
  },
  notifier: {
    entry: 'functions/push/notifier.handler.ts',
    memory: 512,
    timeout: 10,
    env: ['directoryTable', 'mailboxesTable', 'endpoint', 'push', 'schedules'],
    directory: ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'],
    mailboxes: ['Query'],
    endpoints: ['Publish', 'DeleteEndpoint'],
    schedules: true,
    vapidKey: true,
    connections: ['POST'],
  },
  upkeep: {
    entry: 'functions/push/upkeep.handler.ts',
    memory: 256,
    timeout: 10,
    env: ['directoryTable', 'endpoint'],
    directory: ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'],
    endpoints: ['GetEndpointAttributes', 'DeleteEndpoint'],
    connections: ['POST'],
  },
} as const satisfies Record<string, FunctionSpec>;

/** All functions, with those that run while the stack is deployed; what those may do is said where they are made. */
export const functions = {
  ...apiFunctions,
  ...queueFunctions,
  'api-gateway-log-role': {
    entry: 'functions/deployment/api-gateway-log-role.handler.ts',
    memory: 256,
    timeout: 180,
  },
  'platform-application': {
    entry: 'functions/deployment/platform-application.handler.ts',
    memory: 256,
    timeout: 60,
  },
  'vapid-key': {
    entry: 'functions/deployment/vapid-key.handler.ts',
    memory: 256,
    timeout: 60,
  },
} as const satisfies Record<string, FunctionSpec>;

export type ApiFunctionName = keyof typeof apiFunctions;
export type QueueFunctionName = keyof typeof queueFunctions;
export type FunctionName = keyof typeof functions;

/** The function behind the methods of each capability: one without a function does not type-check. */
export const functionOf = {
  session: 'session',
  account: 'account',
  pairing: 'pairing',
  devices: 'pairing',
  keys: 'keys',
  push: 'push',
  relay: 'relay',
  contacts: 'relay',
} as const satisfies Record<Capability, ApiFunctionName>;
