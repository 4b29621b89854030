import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Template } from '../template/model.ts';
import { startDynamodb } from './dynamodb/index.ts';
import { AwsError } from './errors.ts';
import { type Credentials, issueCredentials, refusal } from './iam/index.ts';
import { type AwsCall, identify, startServer } from './server.ts';

export type { Credentials } from './iam/index.ts';
export type { AwsCall } from './server.ts';

export type AwsOptions = {
  template: Template;
  /** Where to listen on the loopback interface; 0 for any free port. */
  port: number;
  /** The folder that keeps the data between runs; in memory without one. */
  data: string | undefined;
  clock: Clock;
  /** The URL of another DynamoDB engine than the embedded one. */
  engine?: string | undefined;
  /** How long items stay after they expired, in milliseconds. */
  timeToLiveLag?: number | undefined;
  /** Told, a line each, what was denied and what failed; standard error by default. */
  report?: ((line: string) => void) | undefined;
};

type Verdict = { allowed: true } | { allowed: false; message: string };

export type Aws = AsyncDisposable & {
  /** What `AWS_ENDPOINT_URL` is set to. */
  url: string;
  /** The credentials of a function, by its logical id. Throws when the template has no such function. */
  credentials: (functionId: string) => Credentials;
  /** An administrator's credentials, for tests and the command line. */
  operator: Credentials;
  /** Whether the signer of a request may do `action` on the ARN `resource`, for a service that is served elsewhere. */
  authorize: (request: Pick<IncomingMessage, 'headers'>, action: string, resource: string) => Verdict;
  /** Tells of each call to a service once its answer is known; returns what ends that. */
  onCall: (listener: (call: AwsCall) => void) => () => void;
};

/** Starts the one endpoint that the AWS clients of all functions talk to, under the policies of the template. */
export const startAws = async (options: AwsOptions): Promise<Aws> => {
  const { template, port, data, clock, engine, timeToLiveLag = 0 } = options;
  const report = options.report ?? ((line: string) => process.stderr.write(`${line}\n`));
  await using starting = new AsyncDisposableStack();
  const services = [starting.use(await startDynamodb({ template, data, engine, timeToLiveLag, clock, report }))];

  const callers = issueCredentials(template);
  const listeners = new Set<(call: AwsCall) => void>();
  const tell = (call: AwsCall) => listeners.forEach((listener) => listener(call));
  const server = starting.use(await startServer({ port, callers, services, onCall: tell, report }));

  const running = starting.move();
  return {
    url: server.url,
    credentials: callers.credentials,
    operator: callers.operator,
    authorize: (request, action, resource) => {
      try {
        const refused = refusal(identify(callers, request), { action, resource, context: {} });
        if (refused === undefined) return { allowed: true };
        report(refused.report);
        return { allowed: false, message: refused.message };
      } catch (error) {
        if (error instanceof AwsError) return { allowed: false, message: error.message };
        throw error;
      }
    },
    onCall: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
