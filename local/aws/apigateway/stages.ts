import * as z from 'zod/mini';
import type { Template } from '../../template/model.ts';
import { AwsError } from '../errors.ts';
import { openKeptMap } from '../kept-map.ts';
import { parseResource } from '../parse-resource.ts';
import type { RestOperation, RestOperations } from './operation.ts';

/** Frames a second, and how many at once. */
export type StageLimit = { rate: number; burst: number };

export type Stages = RestOperations &
  Disposable & {
    /** The default limit that the stage was given in place of the template's, if it was. */
    limit: (stage: string) => StageLimit | undefined;
  };

const Properties = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  AutoDeploy: z._default(z.boolean(), false),
  DefaultRouteSettings: z._default(
    z.object({ ThrottlingRateLimit: z.optional(z.number()), ThrottlingBurstLimit: z.optional(z.number()) }),
    {},
  ),
});
const Limit = z.object({ rate: z.number(), burst: z.number() });
const Update = z.strictObject(
  {
    defaultRouteSettings: z.strictObject(
      {
        throttlingRateLimit: z.number().check(z.nonnegative()),
        throttlingBurstLimit: z.int().check(z.nonnegative()),
      },
      'only throttlingRateLimit and throttlingBurstLimit are served here, together',
    ),
  },
  'only defaultRouteSettings are served here',
);

/** The stages of the template: what their routes let through can be changed while they run. */
export const openStages = (template: Template, data: string | undefined): Stages => {
  const limits = openKeptMap({ data, name: 'stages', schema: Limit });

  const operationsOf = ({ ApiId, StageName, AutoDeploy, DefaultRouteSettings: own }: z.infer<typeof Properties>) => {
    const path = `/apis/${ApiId}/stages/${StageName}`;
    const resource = `arn:aws:apigateway:${template.region}::${path}`;
    const read = () => {
      const { rate = own.ThrottlingRateLimit, burst = own.ThrottlingBurstLimit } = limits.get(StageName) ?? {};
      const defaultRouteSettings = { throttlingRateLimit: rate, throttlingBurstLimit: burst };
      return { stageName: StageName, autoDeploy: AutoDeploy, defaultRouteSettings };
    };
    const get: RestOperation = {
      actions: () => [{ action: 'apigateway:GET', resource, context: {} }],
      run: read,
    };
    const update: RestOperation = {
      actions: (input) => {
        readUpdate(input);
        return [{ action: 'apigateway:PATCH', resource, context: {} }];
      },
      run: (input) => {
        const { throttlingRateLimit: rate, throttlingBurstLimit: burst } = readUpdate(input);
        limits.set(StageName, { rate, burst });
        return read();
      },
    };
    return { [`GET /v2${path}`]: get, [`PATCH /v2${path}`]: update };
  };

  const stages = [...template.resources.values()].filter(({ type }) => type === 'AWS::ApiGatewayV2::Stage');
  const entries = stages.flatMap((stage) => Object.entries(operationsOf(parseResource(Properties, stage))));
  return {
    operations: Object.fromEntries(entries),
    limit: (stage) => limits.get(stage),
    [Symbol.dispose]: () => limits[Symbol.dispose](),
  };
};

const readUpdate = (input: unknown): z.infer<typeof Update>['defaultRouteSettings'] => {
  const parsed = z.safeParse(Update, input);
  if (parsed.success) return parsed.data.defaultRouteSettings;
  throw new AwsError('BadRequestException', `What the local cloud does not take: ${z.prettifyError(parsed.error)}`);
};
