import * as z from 'zod/mini';

import type { Template } from '../template/model.ts';

/** The resources of one type, each parsed; throws an error that names the resource that does not fit. */
export const readResources = <T>(template: Template, type: string, schema: z.ZodMiniType<T>): (T & { id: string })[] =>
  [...template.resources.values()]
    .filter((resource) => resource.type === type)
    .map(({ id, properties }) => {
      const parsed = z.safeParse(schema, properties);
      if (parsed.success) return { ...parsed.data, id };
      throw new Error(`${id} (${type}) cannot be served locally:\n${z.prettifyError(parsed.error)}`);
    });

const INVOCATION_URI = /^arn:[^:]+:apigateway:[^:]+:lambda:path\/[^/]+\/functions\/(?<functionArn>.+)\/invocations$/;

/** The function that an integration or authorizer URI invokes; throws for any other kind of URI. */
export const functionArnOf = (id: string, uri: string): string => {
  const functionArn = INVOCATION_URI.exec(uri)?.groups?.['functionArn'];
  if (functionArn !== undefined) return functionArn;
  throw new Error(`${id} does not invoke a Lambda function: ${uri}. Only Lambda functions are served locally.`);
};
