import { AwsError } from '../errors.ts';
import type { Caller, Identity } from './callers.ts';
import { type AccessRequest, type Decision, evaluate } from './evaluate.ts';
import { statementsAbout } from './principal.ts';
import type { ResourcePolicies } from './resource-policies.ts';

/** Throws an AccessDeniedException, and reports it, when the caller may not do what it asks for. */
export type Demand = (caller: Caller, request: AccessRequest) => void;

/** Checks what callers ask for against their own policies and those of the resources. */
export const accessControl =
  (policies: ResourcePolicies, report: (line: string) => void): Demand =>
  (caller, request) => {
    const refused = refusal(caller, request, policies);
    if (refused === undefined) return;
    report(refused.report);
    throw new AwsError('AccessDeniedException', refused.message);
  };

/** Clients of the cloud use TLS; here the loopback interface stands in for it. */
const transport = { 'aws:SecureTransport': ['true'] };

/**
 * Why a caller may not do what it asks for, in the cloud's words and in a developer's; nothing when it may. Within one
 * account it may when its own policies or the resource's allow it, and neither denies it.
 */
const refusal = (
  caller: Caller,
  request: AccessRequest,
  policies: ResourcePolicies,
): { message: string; report: string } | undefined => {
  const identity = caller.identity();
  const { action, resource } = request;
  const asked = { action, resource, context: { ...transport, ...identity.context, ...request.context } };
  const attached = statementsAbout(policies(resource), identity.principal);
  const decision = evaluate([...identity.statements, ...attached], asked);
  if (decision.allowed) return undefined;
  const kind = deciding(identity, evaluate(identity.statements, asked));
  const who = caller.function ?? identity.arn;
  return {
    message: `User: ${identity.arn} is not authorized to perform: ${action} on resource: ${resource} ${because(decision, action, kind)}`,
    report: `denied: ${who} may not ${action} on ${resource}: ${remedy(decision, request, identity)}`,
  };
};

type Kind = 'identity-based' | 'resource-based';

/** Which kind of policy a refusal is about: the caller's own where it has some and these refuse already. */
const deciding = ({ principal }: Identity, own: Decision): Kind =>
  own.allowed || 'service' in principal ? 'resource-based' : 'identity-based';

type Refused = Extract<Decision, { allowed: false }>;

const because = ({ reason, detail }: Refused, action: string, kind: Kind): string => {
  const article = kind === 'identity-based' ? 'an' : 'a';
  if (reason === 'explicit') return `with an explicit deny in ${article} ${kind} policy`;
  if (reason === 'implicit') return `because no ${kind} policy allows the ${action} action`;
  return `because the local cloud does not know the ${detail} of ${article} ${kind} policy`;
};

const remedy = ({ reason, detail }: Refused, { action, resource }: AccessRequest, identity: Identity): string => {
  const { principal, unread, context } = identity;
  if (reason === 'explicit') return 'a statement with "Effect":"Deny" forbids it; narrow that one';
  if (reason === 'undecidable') return `the local cloud does not know the ${detail}; write the statement without it`;
  const grant = { Effect: 'Allow', Action: action, Resource: resource };
  if ('service' in principal) {
    const Condition = { ArnEquals: { 'aws:SourceArn': context['aws:SourceArn']?.[0] } };
    const statement = { ...grant, Principal: { Service: principal.service }, Condition };
    return `the resource's policy would need ${JSON.stringify(statement)}`;
  }
  const wanted = `its role would need ${JSON.stringify(grant)}`;
  return unread.length === 0 ? wanted : `${wanted}, or a policy that cannot be read yet: ${unread.join('; ')}`;
};
