import * as z from 'zod/mini';
import type { Resource, Template } from '../../template/model.ts';
import { parseResource } from '../parse-resource.ts';
import { type ResourceStatement, ResourcePolicyDocument } from './statement.ts';

/** The statements of the policy that belongs to a resource, by its ARN; none when it has no policy. */
export type ResourcePolicies = (arn: string) => readonly ResourceStatement[];

type Attached = { arns: string[]; statements: readonly ResourceStatement[] };

type Place = Pick<Template, 'region' | 'account'>;

type Kind = { type: string; service: string; read: (resource: Resource, place: Place) => Attached };

const QueuePolicy = z.object({ Queues: z.array(z.string()), PolicyDocument: ResourcePolicyDocument });
const TopicPolicy = z.object({ Topics: z.array(z.string()), PolicyDocument: ResourcePolicyDocument });
const Permission = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.optional(z.string()),
  SourceAccount: z.optional(z.string()),
});

/**
 * Reads the policies of the template's queues, topics and functions. They are read when first asked for, as they may
 * name what only the running cloud supplies; asking throws when one cannot be understood.
 */
export const readResourcePolicies = (template: Template): ResourcePolicies => {
  const read = new Map<string, ReadonlyMap<string, readonly ResourceStatement[]>>();
  return (arn) => {
    const service = arn.split(':')[2] ?? '';
    const policies = read.get(service) ?? readService(template, service);
    read.set(service, policies);
    return policies.get(arn) ?? [];
  };
};

const readService = (template: Template, service: string): ReadonlyMap<string, readonly ResourceStatement[]> => {
  const policies = new Map<string, readonly ResourceStatement[]>();
  const kinds = new Map(kindsOfPolicy.filter((kind) => kind.service === service).map((kind) => [kind.type, kind]));
  for (const resource of template.resources.values()) {
    const attached = kinds.get(resource.type)?.read(resource, template);
    for (const arn of attached?.arns ?? []) {
      policies.set(arn, [...(policies.get(arn) ?? []), ...(attached?.statements ?? [])]);
    }
  }
  return policies;
};

const kindsOfPolicy: readonly Kind[] = [
  {
    type: 'AWS::SQS::QueuePolicy',
    service: 'sqs',
    read: (resource, { region, account }) => {
      const { Queues, PolicyDocument } = parseResource(QueuePolicy, resource);
      return {
        arns: Queues.map((url) => `arn:aws:sqs:${region}:${account}:${url.slice(url.lastIndexOf('/') + 1)}`),
        statements: PolicyDocument.Statement,
      };
    },
  },
  {
    type: 'AWS::SNS::TopicPolicy',
    service: 'sns',
    read: (resource) => {
      const { Topics: arns, PolicyDocument } = parseResource(TopicPolicy, resource);
      return { arns, statements: PolicyDocument.Statement };
    },
  },
  {
    type: 'AWS::Lambda::Permission',
    service: 'lambda',
    read: (resource, { region, account }) => {
      const permission = parseResource(Permission, resource);
      const { FunctionName: name } = permission;
      const arn = name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${account}:function:${name}`;
      return { arns: [arn], statements: [permissionStatement(permission)] };
    },
  },
];

/** The statement that Lambda adds to a function's policy for a permission (Lambda API, "AddPermission"). */
const permissionStatement = (permission: z.infer<typeof Permission>): ResourceStatement => {
  const { Action, Principal, SourceArn, SourceAccount } = permission;
  const isService = Principal.endsWith('.amazonaws.com');
  return {
    Effect: 'Allow',
    Action: [Action],
    Resource: ['*'],
    Principal: Principal === '*' ? '*' : { [isService ? 'Service' : 'AWS']: [Principal] },
    Condition: {
      ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': [SourceArn] } }),
      ...(SourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': [SourceAccount] } }),
    },
  };
};
