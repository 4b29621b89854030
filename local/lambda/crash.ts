import type { Environment, Measured } from './environment.ts';

/**
 * Runs an invocation whose environment is killed so many milliseconds after its handler began, or, if that would come
 * too late, when it has done everything but answer.
 */
export const invokeAndCrash = async (
  environment: Environment,
  call: Parameters<Environment['invoke']>[0],
  after: number,
): Promise<Measured> => {
  let timer: NodeJS.Timeout | undefined;
  void environment.ready.then(() => (timer = setTimeout(() => environment.kill(killed), after)));
  const measured = await environment.invoke(call);
  clearTimeout(timer);
  if (!environment.alive) return measured;
  environment.kill(killed);
  return { ...measured, result: { error: 'unhandled', message: killed } };
};

const killed = 'Runtime.ExitError: the environment was killed, by a fault.';
