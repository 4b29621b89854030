import * as z from 'zod/mini';
import { readGroups } from '../aws/logs/log-groups.ts';
import type { Template } from '../template/index.ts';

const AccessLog = z.object({ AccessLogSettings: z.object({ DestinationArn: z.string() }) });

/** The names of the log groups: of each function by its name, and of the gateway's access log, if it has one. */
export const logGroupsOf = (template: Template) => {
  const stage = [...template.resources.values()].find(({ type }) => type === 'AWS::ApiGatewayV2::Stage');
  const arn = z.safeParse(AccessLog, stage?.properties).data?.AccessLogSettings.DestinationArn;
  return { functions: readGroups(template), accessLog: arn?.split(':')[6] };
};
