import type { Clock } from '../../clock.ts';
import type { StackDescription } from '../../template/index.ts';
import { AwsError } from '../errors.ts';
import { queryProtocol } from '../query-protocol.ts';
import type { Service } from '../service.ts';
import { type StackOperation, stackOperations } from './operations.ts';

const version = '2010-05-15';
const protocol = queryProtocol({
  service: 'CloudFormation',
  version,
  namespace: `http://cloudformation.amazonaws.com/doc/${version}/`,
  accessDenied: 'AccessDenied',
});

/** What the stack is made of and what it put out, for whoever looks for its resources: it is deployed already. */
export const serveCloudFormation = (stack: StackDescription, clock: Clock): Service => {
  const createdAt = new Date(clock.now()).toISOString();
  const operations: Readonly<Record<string, StackOperation>> = stackOperations(stack, createdAt);
  const find = (name: string): StackOperation => {
    const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (found !== undefined) return found;
    throw new AwsError('InvalidAction', `The local cloud does not serve CloudFormation's ${name}.`);
  };
  return {
    name: 'cloudformation',
    protocol,
    operations: Object.keys(operations),
    actions: (name, input) => {
      find(name).check(input);
      return [{ action: `cloudformation:${name}`, resource: stack.id, context: {} }];
    },
    handle: async ({ operation, input }) => protocol.reply(operation, find(operation).run(input)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};
