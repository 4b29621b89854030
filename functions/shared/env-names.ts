/** The environment variables of the functions: the stack sets them by these names, `env.ts` reads them. */
export const envNames = {
  /** The name of this deployment among others: the dimension of all its metrics. */
  stage: 'STAGE',
  /** Under which logs have hashes of devices. */
  logSalt: 'LOG_SALT',
  directoryTable: 'DIRECTORY_TABLE',
  mailboxesTable: 'MAILBOXES_TABLE',
  closingQueue: 'CLOSING_QUEUE',
  deadlineQueue: 'DEADLINE_QUEUE',
  wakeupTopic: 'WAKEUP_TOPIC',
  releaseQueue: 'RELEASE_QUEUE',
  /** The stage's own URL, `wss://<api>.execute-api.<region>.amazonaws.com/<stage>`. */
  endpoint: 'ENDPOINT',
  /** The public host that clients connect to, where it is not the endpoint's. */
  host: 'HOST',
  minimumClient: 'MINIMUM_CLIENT',
  /** JSON: how much of what is allowed. */
  quotas: 'QUOTAS',
  /** JSON: who may register. */
  admission: 'ADMISSION',
  /** JSON: by what devices can be woken. */
  push: 'PUSH',
  /** JSON: where and as whom schedules are made. */
  schedules: 'SCHEDULES',
} as const;
