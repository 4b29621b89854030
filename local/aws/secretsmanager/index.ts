import { AwsError } from '../errors.ts';
import { jsonProtocol } from '../json-protocol.ts';
import type { Service } from '../service.ts';
import { type SecretsOperation, secretsOperations } from './operations.ts';
import { openSecrets, type SecretsOptions } from './secrets.ts';

/** The template's secrets, with the values that a file gives them. */
export const startSecretsManager = async (options: SecretsOptions): Promise<Service> => {
  const secrets = await openSecrets(options);
  const operations: Readonly<Record<string, SecretsOperation>> = secretsOperations(
    secrets,
    options.template,
    options.now,
  );
  const find = (name: string): SecretsOperation => {
    const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (found !== undefined) return found;
    throw new AwsError('UnknownOperationException', `The local cloud does not serve Secrets Manager's ${name}.`);
  };
  return {
    name: 'secretsmanager',
    protocol: jsonProtocol('secretsmanager', '1.1'),
    operations: Object.keys(operations),
    actions: (name, input) => [{ action: `secretsmanager:${name}`, resource: find(name).resource(input), context: {} }],
    handle: async ({ operation, input }) => ({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify(find(operation).run(input))),
    }),
    [Symbol.asyncDispose]: async () => secrets[Symbol.dispose](),
  };
};
