import * as z from 'zod/mini';
import type { Resource, Template } from '../../template/model.ts';
import { parseResource } from '../parse-resource.ts';
import { physicalName } from '../physical-name.ts';
import { managedPolicy } from './managed-policies.ts';
import { PolicyDocument, type ResourceStatement, type Statement, TrustPolicyDocument } from './statement.ts';

export type Role = {
  name: string;
  /** Who may assume it. */
  trust: readonly ResourceStatement[];
  statements: readonly Statement[];
  /** Why a policy could not be read yet: it names what only a resource that has run supplies. */
  unread: readonly string[];
};

const RoleProperties = z.object({
  RoleName: z.optional(z.string()),
  AssumeRolePolicyDocument: z._default(TrustPolicyDocument, { Statement: [] }),
  Policies: z.optional(z.array(z.object({ PolicyDocument }))),
  ManagedPolicyArns: z.optional(z.array(z.string())),
  PermissionsBoundary: z.optional(z.undefined('Permissions boundaries are not evaluated here: remove it.')),
});
const PolicyProperties = z.object({
  PolicyDocument,
  ManagedPolicyName: z.optional(z.string()),
  Roles: z.optional(z.array(z.string())),
});

type Policy = z.infer<typeof PolicyProperties> & { arn: string };

/** The role of an ARN with the statements of all the policies attached to it. Throws when it is not in the template. */
export const readRole = (template: Template, arn: string): Role => {
  const { policies, unread } = readPolicies(template);
  for (const resource of ofType(template, 'AWS::IAM::Role')) {
    const properties = parseResource(RoleProperties, resource);
    const name = physicalName(template, resource.id, properties.RoleName);
    if (arn === `arn:aws:iam::${template.account}:role/${name}`) {
      const { Policies: inline = [], ManagedPolicyArns: arns = [], AssumeRolePolicyDocument: trust } = properties;
      const attached = policies.filter((policy) => policy.Roles?.includes(name) === true || arns.includes(policy.arn));
      const own = [...inline, ...attached].flatMap(({ PolicyDocument: document }) => document.Statement);
      const foreign = arns.filter((one) => policies.every((policy) => policy.arn !== one));
      return {
        name,
        trust: trust.Statement,
        statements: [...own, ...foreign.map((one) => knownPolicy(one, resource.id))],
        unread,
      };
    }
  }
  throw new Error(`The role ${arn} is not in the template.`);
};

const readPolicies = (template: Template): { policies: Policy[]; unread: string[] } => {
  const read = ofType(template, 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy').map((resource) =>
    readPolicy(template, resource),
  );
  return {
    policies: read.filter((policy) => typeof policy === 'object'),
    unread: read.filter((reason) => typeof reason === 'string'),
  };
};

/** A policy, or why it cannot be read yet. */
const readPolicy = (template: Template, resource: Resource): Policy | string => {
  try {
    void resource.properties;
  } catch (cause) {
    return `${resource.id}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
  const properties = parseResource(PolicyProperties, resource);
  const name = physicalName(template, resource.id, properties.ManagedPolicyName);
  return { ...properties, arn: `arn:aws:iam::${template.account}:policy/${name}` };
};

const ofType = ({ resources }: Template, ...types: string[]): Resource[] =>
  [...resources.values()].filter(({ type }) => types.includes(type));

const knownPolicy = (arn: string, role: string): Statement => {
  const statement = managedPolicy(arn);
  if (statement !== undefined) return statement;
  throw new Error(`Role ${role} has the policy ${arn}, whose grants are not known here: write its statements out.`);
};
