import * as z from 'zod/mini';

import type { Template } from '../template/model.ts';
import { defaultAccountQuotas, limits } from './limits.ts';
import { readResources } from './read-resources.ts';

/** Tokens a second, and how many may be saved up. */
export type RateLimit = { rate: number; burst: number };

export type Stage = {
  name: string;
  variables: Record<string, string> | undefined;
  /** The access log's format with its `$context` variables. */
  logFormat: string | undefined;
  defaultLimit: RateLimit | undefined;
  routeLimits: ReadonlyMap<string, RateLimit>;
};

const RouteSettings = z.object({
  ThrottlingRateLimit: z.optional(z.number()),
  ThrottlingBurstLimit: z.optional(z.number()),
});

const StageProperties = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  StageVariables: z.optional(z.record(z.string(), z.string())),
  AccessLogSettings: z.optional(
    z.object({ Format: z.optional(z.string().check(z.maxLength(limits.accessLogFormatBytes))) }),
  ),
  DefaultRouteSettings: z.optional(RouteSettings),
  RouteSettings: z.optional(z.record(z.string(), RouteSettings)),
});

/** The stages of one API by their names, which are the first part of their URLs. */
export const readStages = (template: Template, apiId: string): ReadonlyMap<string, Stage> => {
  const stages = readResources(template, 'AWS::ApiGatewayV2::Stage', StageProperties).filter(
    ({ ApiId }) => ApiId === apiId,
  );
  return new Map(stages.map((stage) => [stage.StageName, toStage(stage)]));
};

const toStage = (properties: z.infer<typeof StageProperties>): Stage => ({
  name: properties.StageName,
  variables: properties.StageVariables,
  logFormat: properties.AccessLogSettings?.Format,
  defaultLimit: toLimit(properties.DefaultRouteSettings),
  routeLimits: new Map(
    Object.entries(properties.RouteSettings ?? {}).flatMap(([routeKey, settings]) => {
      const limit = toLimit(settings);
      return limit === undefined ? [] : [[routeKey, limit]];
    }),
  ),
});

const toLimit = (settings: z.infer<typeof RouteSettings> | undefined): RateLimit | undefined => {
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = settings ?? {};
  if (rate === undefined && burst === undefined) return undefined;
  return {
    rate: rate ?? defaultAccountQuotas.requestsPerSecond,
    burst: burst ?? defaultAccountQuotas.burst,
  };
};
