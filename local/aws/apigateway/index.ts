import { AwsError } from '../errors.ts';
import type { Service } from '../service.ts';
import { type AccountOptions, openAccount } from './account.ts';
import type { RestOperation } from './operation.ts';
import { restProtocol } from './rest-protocol.ts';
import { openStages, type Stages } from './stages.ts';

export type { StageLimit } from './stages.ts';

/** API Gateway's own settings: those of the account, and what the stages let through. */
export const startApiGateway = (options: AccountOptions): Service & { stages: Pick<Stages, 'limit'> } => {
  const account = openAccount(options);
  const stages = openStages(options.template, options.data);
  const operations = { ...account.operations, ...stages.operations };
  const find = (name: string): RestOperation => {
    const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (found !== undefined) return found;
    throw new AwsError('NotFoundException', `The local cloud does not serve API Gateway's ${name}.`, 404);
  };
  return {
    name: 'apigateway',
    protocol: restProtocol,
    operations: Object.keys(operations),
    actions: (operation, input) => find(operation).actions(input),
    handle: async ({ operation, input }) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(find(operation).run(input))),
    }),
    stages,
    [Symbol.asyncDispose]: async () => {
      account[Symbol.dispose]();
      stages[Symbol.dispose]();
    },
  };
};
