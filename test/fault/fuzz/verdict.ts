import * as z from 'zod/mini';
import { type EventName, errors, events, isEvent, limits, methods, ServerFrame } from '#protocol';
import type { Expectation } from './expectation.ts';

/** What was found on a frame's way: `outcome` alone when all was as it should be. */
export type Verdict = {
  /** What the answer says in a word: `result`, the name of an error, or `silence`. */
  outcome: string;
  fault?: { kind: 'internal' | 'crash' | 'wrong'; what: string };
};

const Detailed = z.object({ correlation: z.string() });
const isErrorCode = (code: string): code is keyof typeof errors => Object.hasOwn(errors, code);

const wrong = (outcome: string, what: string): Verdict => ({ outcome, fault: { kind: 'wrong', what } });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The event that a frame tells of, `none` if it is none of the protocol; undefined for what is no notification. */
export const readEvent = (text: string): EventName | 'none' | undefined => {
  if (!text.startsWith('{"jsonrpc":"2.0","method":')) return undefined;
  const frame = ServerFrame.safeParse(parse(text)).data;
  if (frame === undefined || !('method' in frame) || !isEvent(frame.method)) return 'none';
  return events[frame.method].safeParse(frame.params).success ? frame.method : 'none';
};

const judgeResult = (result: unknown, { method, error }: Expectation): Verdict => {
  if (error !== undefined || method === undefined) return wrong('result', `a result instead of ${error}`);
  return methods[method].result.safeParse(result).success
    ? { outcome: 'result' }
    : wrong('result', 'not the result that the method table promises');
};

type Failure = Extract<ServerFrame, { error: unknown }>['error'];

const judgeError = ({ code, message, data }: Failure, expected: Expectation): Verdict => {
  const name = data.code;
  if (!isErrorCode(name)) return wrong(name, 'an error that is not in the table');
  if (name === 'internal') {
    const correlation = Detailed.safeParse(data.details).data?.correlation;
    return { outcome: name, fault: { kind: 'internal', what: correlation ?? 'no correlation' } };
  }
  const { rpc, retryable, message: told } = errors[name];
  if (code !== rpc || data.retryable !== retryable || message !== told) return wrong(name, 'not as in the error table');
  if (expected.error !== undefined && name !== expected.error) return wrong(name, `instead of ${expected.error}`);
  const early = ['parse_error', 'invalid_request', 'method_not_found'].includes(name);
  return early && expected.error === undefined ? wrong(name, 'though the call is good') : { outcome: name };
};

/** What is to be said of an answer. */
export const judge = (text: string, expected: Expectation): Verdict => {
  const frame = ServerFrame.safeParse(parse(text)).data;
  if (frame === undefined || 'method' in frame) return wrong('broken', 'not an answer of the protocol');
  if ('message' in frame) {
    const { message: outcome } = frame;
    if (outcome !== 'Internal server error') return wrong(outcome, 'the gateway refuses');
    return { outcome, fault: { kind: 'internal', what: 'the gateway says so' } };
  }
  if (expected.id === undefined) return wrong('answer', 'an answer that nobody asked for');
  const verdict = 'error' in frame ? judgeError(frame.error, expected) : judgeResult(frame.result, expected);
  if (verdict.fault !== undefined) return verdict;
  if (frame.id !== expected.id) return wrong(verdict.outcome, 'not the id of the call');
  const bytes = Buffer.byteLength(text);
  return bytes <= limits.frame ? verdict : wrong(verdict.outcome, 'larger than 32 KB, which is billed twice');
};
