import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import type { Invocation } from '../lambda/index.ts';
import type { Answers } from './answers.ts';
import type { Made } from './made.ts';
import { readAnswer, type Request } from './request.ts';

export type Functions = {
  /** Runs a function by its ARN. */
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
  clock: Clock;
  report: (line: string) => void;
};

const Token = z.object({
  ServiceToken: z.string().check(z.regex(/^arn:aws:lambda:.*:function:/, 'must be the ARN of a function')),
  /** In seconds; the properties of a request are text. */
  ServiceTimeout: z._default(z.coerce.number().check(z.gte(1), z.lte(3600)), 3600),
});

/** How often Lambda runs a function that fails. */
const attempts = 3;

/** Puts a request to a resource's function. Throws with the reason when it fails or does not answer in time. */
export const ask = async (
  { invoke, clock, report }: Functions,
  answers: Answers,
  request: Request,
): Promise<Pick<Made, 'physicalId' | 'data'>> => {
  const { ServiceToken, ServiceTimeout } = readToken(request);
  const { url: ResponseURL, answer } = answers.open();
  const late = Promise.withResolvers<never>();
  const reason = `its function did not answer within ${ServiceTimeout} seconds`;
  const cancel = clock.after(ServiceTimeout * 1000, () => late.reject(new Error(reason)));
  let answered = false;
  void answer.then(() => (answered = true));
  const ended = run(() => invoke(ServiceToken, { ...request, ResponseURL })).then(() => {
    // It may have left the answer to somebody else.
    const wait = `its function returned without an answer, which is awaited for ${ServiceTimeout} seconds`;
    if (!answered) report(`${request.LogicalResourceId}: ${wait}.`);
    return late.promise;
  });
  try {
    return readAnswer(await Promise.race([answer, late.promise, ended]), request);
  } finally {
    cancel();
  }
};

const readToken = ({ ResourceProperties }: Request): z.infer<typeof Token> => {
  const parsed = z.safeParse(Token, ResourceProperties);
  if (parsed.success) return parsed.data;
  throw new Error(z.prettifyError(parsed.error));
};

/** Throws when the last attempt fails too. The cloud would pause for minutes between them, and wait for an answer. */
const run = async (invoke: () => Promise<Invocation>): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    const invocation = await invoke();
    if (!('error' in invocation)) return;
    if (attempt === attempts) throw new Error(`its function failed ${attempts} times: ${invocation.message}`);
  }
};
