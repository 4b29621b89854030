import type { Template } from '../../template/model.ts';
import { evaluate } from './evaluate.ts';
import { statementsAbout } from './principal.ts';
import { readRole } from './roles.ts';

/** Whether a service may act with a role of the template for a resource. Throws when the template has no such role. */
export const mayAssume = (
  template: Template,
  roleArn: string,
  { service, sourceArn }: { service: string; sourceArn: string },
): boolean => {
  const statements = statementsAbout(readRole(template, roleArn).trust, { service });
  const context = { 'aws:SourceArn': [sourceArn], 'aws:SourceAccount': [template.account] };
  return evaluate(statements, { action: 'sts:AssumeRole', resource: roleArn, context }).allowed;
};
