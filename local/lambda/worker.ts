/**
 * Runs in a worker thread: one execution environment of one function, for one invocation at a time.
 * Each cold start loads this file anew, so it imports nothing but Node's own.
 */
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { Invoke, Told } from './messages.ts';

type Written = (error?: Error | null) => void;
type WriteArguments = [encodingOrCallback?: BufferEncoding | Written, callback?: Written];
type Handler = (event: unknown, context: unknown) => unknown;

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread.');
const tell = (told: Told) => port.postMessage(told);

// Ours, and no business of the function: Node has read it by now.
delete process.env['NODE_COMPILE_CACHE'];
const [, , file = '', exported = '', lead = '0'] = process.argv;
process.argv.length = 2;

capture('stdout');
capture('stderr');
startTime();

let setLead: ((lead: number) => void) | undefined;
await follow(Number(lead));

const loading = performance.now();
const handler = await load();
tell({ kind: 'ready', duration: performance.now() - loading });
port.on('message', (invocation: Invoke) => void run(invocation));

/** In the cloud an environment is a process of its own, whose time begins with it: a thread's began with its process. */
function startTime(): void {
  const ofProcess = performance.now.bind(performance);
  const began = ofProcess();
  performance.now = () => ofProcess() - began;
}

/** Lets `Date` show the cloud's time: the machine's own, as it is, until the two differ for the first time. */
async function follow(lead: number): Promise<void> {
  if (lead === 0 && setLead === undefined) return;
  setLead ??= (await import('./moved-date.ts')).moveDate();
  setLead(lead);
}

async function load(): Promise<Handler> {
  const bundle: unknown = await import(pathToFileURL(file).href);
  const found: unknown = typeof bundle === 'object' && bundle !== null ? Reflect.get(bundle, exported) : undefined;
  if (!isHandler(found)) throw new Error(`${file} exports no function ${exported}.`);
  return found;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

async function run(invocation: Invoke): Promise<void> {
  await follow(invocation.lead);
  const before = activeResources();
  // Changes with each invocation; the SDK sends it along with every call.
  process.env['_X_AMZN_TRACE_ID'] = invocation.trace;
  const started = performance.now();
  const outcome = await attempt(invocation);
  const duration = performance.now() - started;
  // One turn of the event loop, in which a connection that has been answered goes back to its pool.
  setImmediate(() => tell({ ...outcome, duration, pending: added(before, activeResources()) }));
}

async function attempt(invocation: Invoke) {
  try {
    const event: unknown = JSON.parse(invocation.event);
    const result = await handler(event, context(invocation));
    const payload: string | undefined = JSON.stringify(result);
    return { kind: 'returned', payload: payload ?? 'null' } as const;
  } catch (error) {
    return { kind: 'threw', ...described(error) } as const;
  }
}

/** The time that remains is real, as the timeout is: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function context({ requestId, timeout, arn }: Invoke) {
  const deadline = performance.now() + timeout;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
    invokedFunctionArn: arn,
    logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
  };
}

function described(error: unknown): { message: string; stack: string } {
  if (!(error instanceof Error)) return { message: String(error), stack: String(error) };
  return { message: `${error.name}: ${error.message}`, stack: error.stack ?? error.message };
}

/** Timers, requests and sockets that keep the event loop alive, by kind; pooled connections do not count. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  counts.delete('Immediate');
  return counts;
}

function added(before: Map<string, number>, after: Map<string, number>): string[] {
  return [...after].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
}

/** Sends what is written along the same way as results, so that both arrive in the order in which they happened. */
function capture(source: 'stdout' | 'stderr'): void {
  const decoder = new TextDecoder();
  process[source].write = (chunk: string | Uint8Array, ...[encoding, callback]: WriteArguments): boolean => {
    tell({ kind: 'output', source, text: typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }) });
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done !== undefined) queueMicrotask(done);
    return true;
  };
}
