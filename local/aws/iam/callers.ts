import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import type { Template } from '../../template/model.ts';
import { physicalName } from '../physical-name.ts';
import { readRole } from './roles.ts';
import type { Statement } from './statement.ts';

export type Credentials = { accessKeyId: string; secretAccessKey: string };

/** What a caller is to IAM. `unread` says which policies could not be read yet, and why. */
export type Identity = { arn: string; statements: readonly Statement[]; unread: readonly string[] };

/** Whoever holds a pair of credentials. */
export type Caller = {
  /** The logical id of the function; nothing for the operator. */
  function: string | undefined;
  /** Read when first needed: a function may name what only the running cloud supplies. */
  identity: () => Identity;
};

export type Callers = {
  byAccessKey: (accessKeyId: string) => Caller | undefined;
  /** The credentials of a function, by its logical id. Throws when the template has no such function. */
  credentials: (functionId: string) => Credentials;
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

  const administrator = { arn: `arn:aws:iam::${template.account}:user/operator`, statements: [everything], unread: [] };
  const operator = issue({ function: undefined, identity: () => administrator });
  const ids = [...template.resources.values()]
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map(({ id }) => id);
  const functions = new Map(ids.map((id) => [id, issue({ function: id, identity: functionIdentity(template, id) })]));
  return {
    byAccessKey: (accessKeyId) => callers.get(accessKeyId),
    credentials: (functionId) => {
      const found = functions.get(functionId);
      if (found === undefined) throw new Error(`The template has no function ${functionId}.`);
      return found;
    },
    operator,
  };
};

const functionIdentity = (template: Template, id: string): (() => Identity) => {
  let complete: Identity | undefined;
  return () => {
    if (complete !== undefined) return complete;
    const properties = z.parse(FunctionProperties, template.resources.get(id)?.properties);
    const { name: role, ...policies } = readRole(template, properties.Role);
    const session = physicalName(template, id, properties.FunctionName);
    const identity = { arn: `arn:aws:sts::${template.account}:assumed-role/${role}/${session}`, ...policies };
    if (identity.unread.length === 0) complete = identity;
    return identity;
  };
};
