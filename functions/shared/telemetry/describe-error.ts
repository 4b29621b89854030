/** A class of errors, as AWS, Node and Tandem name them. */
const className = /^[A-Z]\w{1,39}$/;
const frame = /^\s+at .*:\d+:\d+\)?$/;
const framesTold = 5;

/**
 * What a log may tell of an error: its class, and where it was thrown. Its message may have anything in it, and stands
 * at the beginning of its stack too.
 */
export const describeError = (error: unknown): { name: string; stack?: string[] } => {
  if (!(error instanceof Error)) return { name: typeof error };
  const { message, stack = '' } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return {
    name: className.test(error.name) ? error.name : 'Error',
    stack: frames.filter((line) => frame.test(line)).slice(0, framesTold),
  };
};
