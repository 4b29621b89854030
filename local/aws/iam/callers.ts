import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import type { Template } from '../../template/model.ts';
import { physicalName } from '../physical-name.ts';
import type { Context } from './condition.ts';
import type { Principal } from './principal.ts';
import { readRole } from './roles.ts';
import type { Statement } from './statement.ts';

export type Credentials = { accessKeyId: string; secretAccessKey: string };

/** What a caller is to IAM. `unread` says which policies could not be read yet, and why. */
export type Identity = {
  arn: string;
  principal: Principal;
  statements: readonly Statement[];
  unread: readonly string[];
  /** The condition keys that tell of the caller. */
  context: Context;
};

/** Whoever holds a pair of credentials, or a service that acts without any. */
export type Caller = {
  /** The logical id of the function; nothing for the operator and for services. */
  function: string | undefined;
  /** Read when first needed: a function may name what only the running cloud supplies. */
  identity: () => Identity;
};

export type Callers = {
  byAccessKey: (accessKeyId: string) => Caller | undefined;
  /** The credentials of a function, by its logical id. Throws when the template has no such function. */
  credentials: (functionId: string) => Credentials;
  /** A function itself, by its logical id, for what the cloud does in its name. Throws as `credentials` does. */
  caller: (functionId: string) => Caller;
  operator: Credentials;
};

const everything: Statement = { Effect: 'Allow', Action: ['*'], Resource: ['*'] };
const FunctionProperties = z.object({ FunctionName: z.optional(z.string()), Role: z.string() });

/** Hands every function of the template, and one operator, credentials of their own. */
export const issueCredentials = (template: Template): Callers => {
  const callers = new Map<string, Caller>();
  const issue = (caller: Caller): Credentials => {
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    callers.set(accessKeyId, caller);
    return { accessKeyId, secretAccessKey: randomBytes(30).toString('base64') };
  };

  const operator = issue({ function: undefined, identity: () => administrator(template) });
  const ids = [...template.resources.values()]
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map(({ id }) => id);
  const functions = new Map(
    ids.map((id) => {
      const caller = { function: id, identity: functionIdentity(template, id) };
      return [id, { caller, credentials: issue(caller) }];
    }),
  );
  const find = (functionId: string) => {
    const found = functions.get(functionId);
    if (found === undefined) throw new Error(`The template has no function ${functionId}.`);
    return found;
  };
  return {
    byAccessKey: (accessKeyId) => callers.get(accessKeyId),
    credentials: (functionId) => find(functionId).credentials,
    caller: (functionId) => find(functionId).caller,
    operator,
  };
};

/** A service that acts on behalf of a resource, as SNS does for a topic: only resource policies can allow it anything. */
export const serviceCaller = (service: string, sourceArn: string): Caller => {
  const context = { 'aws:SourceArn': [sourceArn], 'aws:SourceAccount': [sourceArn.split(':')[4] ?? ''] };
  const identity = { arn: service, principal: { service }, statements: [], unread: [], context };
  return { function: undefined, identity: () => identity };
};

/** A session in which a service acts with a role of the template, given by its ARN. Throws when there is none. */
export const roleCaller = (template: Template, roleArn: string, session: string): Caller => ({
  function: undefined,
  identity: () => roleIdentity(template, roleArn, session),
});

const administrator = ({ account }: Template): Identity => {
  const arn = `arn:aws:iam::${account}:user/operator`;
  return { arn, principal: { account, arns: [arn] }, statements: [everything], unread: [], context: own(account, arn) };
};

const functionIdentity = (template: Template, id: string): (() => Identity) => {
  let complete: Identity | undefined;
  return () => {
    if (complete !== undefined) return complete;
    const properties = z.parse(FunctionProperties, template.resources.get(id)?.properties);
    const session = physicalName(template, id, properties.FunctionName);
    const identity = roleIdentity(template, properties.Role, session);
    if (identity.unread.length === 0) complete = identity;
    return identity;
  };
};

const roleIdentity = (template: Template, roleArn: string, session: string): Identity => {
  const { account } = template;
  const { name, statements, unread } = readRole(template, roleArn);
  const arn = `arn:aws:sts::${account}:assumed-role/${name}/${session}`;
  const principal = { account, arns: [arn, roleArn] };
  return { arn, principal, statements, unread, context: own(account, roleArn) };
};

/** The keys of a caller of the account's own; it is no service, so it has no source. */
const own = (account: string, arn: string): Context => ({
  'aws:PrincipalAccount': [account],
  'aws:PrincipalArn': [arn],
  'aws:SourceArn': [],
  'aws:SourceAccount': [],
});
