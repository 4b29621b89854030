import * as z from 'zod/mini';

import type { Template } from '../template/model.ts';
import { matchesPattern } from './pattern.ts';
import { readResources } from './read-resources.ts';

/** Whether API Gateway may invoke a function on behalf of a route or authorizer, given by its ARN. */
export type MayInvoke = (functionArn: string, sourceArn: string) => boolean;

const PermissionProperties = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.optional(z.string()),
  SourceAccount: z.optional(z.string()),
});

/** Reads the functions' resource policies, without which the cloud answers "Internal server error" (aws-cdk#21080). */
export const readPermissions = (template: Template): MayInvoke => {
  const granted = readResources(template, 'AWS::Lambda::Permission', PermissionProperties).filter(
    ({ Principal, Action, SourceAccount }) =>
      Principal === 'apigateway.amazonaws.com' &&
      matchesPattern(Action, 'lambda:InvokeFunction') &&
      (SourceAccount === undefined || SourceAccount === template.account),
  );
  return (functionArn, sourceArn) =>
    granted.some(
      ({ FunctionName, SourceArn }) =>
        (FunctionName === functionArn || functionArn.endsWith(`:function:${FunctionName}`)) &&
        (SourceArn === undefined || matchesPattern(SourceArn, sourceArn)),
    );
};
