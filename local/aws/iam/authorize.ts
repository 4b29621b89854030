import type { Caller, Identity } from './callers.ts';
import { type AccessRequest, type Decision, evaluate } from './evaluate.ts';

/** Why a caller may not do what it asks for, in the cloud's words and in a developer's; nothing when it may. */
export const refusal = (caller: Caller, request: AccessRequest): { message: string; report: string } | undefined => {
  const identity = caller.identity();
  const decision = evaluate(identity.statements, request);
  if (decision.allowed) return undefined;
  const { action, resource } = request;
  return {
    message: `User: ${identity.arn} is not authorized to perform: ${action} on resource: ${resource} ${because(decision, action)}`,
    report: `denied: ${caller.function ?? 'operator'} may not ${action} on ${resource}: ${remedy(decision, request, identity)}`,
  };
};

type Refused = Extract<Decision, { allowed: false }>;

const because = ({ reason, detail }: Refused, action: string): string => {
  if (reason === 'explicit') return 'with an explicit deny in an identity-based policy';
  if (reason === 'implicit') return `because no identity-based policy allows the ${action} action`;
  return `because the local cloud does not know the ${detail} of an identity-based policy`;
};

const remedy = ({ reason, detail }: Refused, { action, resource }: AccessRequest, { unread }: Identity): string => {
  if (reason === 'explicit') return 'a statement with "Effect":"Deny" forbids it; narrow that one';
  if (reason === 'undecidable') return `the local cloud does not know the ${detail}; write the statement without it`;
  const wanted = `its role would need ${JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource })}`;
  return unread.length === 0 ? wanted : `${wanted}, or a policy that cannot be read yet: ${unread.join('; ')}`;
};
