import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { envNames } from '../functions/shared/env-names.ts';
import type { Config } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import type { BundledFunction } from './function.ts';
import type { EnvName, FunctionSpec } from './functions.ts';
import type { Storage } from './storage.ts';

/** What there is to reach. */
type Resources = { storage: Storage; endpoint: Endpoint; config: Config };

/** Allows the function what its spec says, and tells it the settings that its spec asks for. */
export const provide = (lambda: BundledFunction, spec: FunctionSpec, resources: Resources): void => {
  const { storage, endpoint } = resources;
  const allow = (actions: readonly string[], table: { tableArn: string }) =>
    lambda.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [table.tableArn] }),
    );
  if (spec.directory !== undefined) allow(spec.directory, storage.directory);
  if (spec.mailboxes !== undefined) allow(spec.mailboxes, storage.mailboxes);
  if (spec.connections !== undefined) endpoint.grantConnections(lambda, spec.connections);

  const values = settings(resources);
  for (const name of spec.env ?? []) {
    const value = values[name];
    if (value !== undefined) lambda.addEnvironment(envNames[name], value);
  }
};

const settings = ({ storage, endpoint, config }: Resources): Record<EnvName, string | undefined> => ({
  directoryTable: storage.directory.tableName,
  mailboxesTable: storage.mailboxes.tableName,
  endpoint: endpoint.url,
  host: config.host,
  minimumClient: config.minimumClient,
});
