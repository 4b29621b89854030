import * as z from 'zod/mini';
import type { Clock } from '../../clock.ts';
import type { Template } from '../../template/model.ts';
import { AwsError } from '../errors.ts';
import { type AccessRequest, mayAssume } from '../iam/index.ts';
import { openKeptMap } from '../kept-map.ts';
import { physicalName } from '../physical-name.ts';
import type { RestOperations } from './operation.ts';

export type AccountOptions = {
  template: Template;
  /** The folder that keeps the account's settings between runs; in memory without one. */
  data: string | undefined;
  clock: Clock;
};

const Account = z.object({ cloudwatchRoleArn: z.optional(z.string()) });
const Patch = z.object({
  patchOperations: z.array(
    z.object({
      op: z.literal('replace', 'op must be replace: no other is served here'),
      path: z.literal('/cloudwatchRoleArn', 'path must be /cloudwatchRoleArn: no other setting is served here'),
      value: z.string(),
    }),
  ),
});

const RoleName = z.object({ RoleName: z.optional(z.string()) });

const accountArn = ({ region }: Template): string => `arn:aws:apigateway:${region}::/account`;

/** An account may be updated once in 20 seconds (API Gateway Developer Guide, "Quotas"). */
const interval = 20_000;

/** The settings of the account that is API Gateway's own: the role under which it writes logs. */
export const openAccount = ({ template, data, clock }: AccountOptions): RestOperations & Disposable => {
  const settings = openKeptMap({ data, name: 'api-gateway', schema: Account });
  let updatedAt = Number.NEGATIVE_INFINITY;
  const resource = accountArn(template);
  const read = () => ({ ...settings.get('account'), throttleSettings: { burstLimit: 5000, rateLimit: 10_000 } });
  const update = (input: unknown): void => {
    if (clock.now() - updatedAt < interval) throw new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
    updatedAt = clock.now();
    for (const { value } of readPatch(input)) {
      if (value !== '') checkRole(template, value);
      settings.set('account', value === '' ? {} : { cloudwatchRoleArn: value });
    }
  };
  return {
    operations: {
      'GET /account': {
        actions: () => [{ action: 'apigateway:GET', resource, context: {} }],
        run: read,
      },
      'PATCH /account': {
        actions: (input) => {
          const passed = readPatch(input).filter(({ value }) => value !== '');
          return [{ action: 'apigateway:PATCH', resource, context: {} }, ...passed.map(passRole)];
        },
        run: (input) => {
          update(input);
          return read();
        },
      },
    },
    [Symbol.dispose]: () => settings[Symbol.dispose](),
  };
};

const readPatch = (input: unknown): z.infer<typeof Patch>['patchOperations'] => {
  const parsed = z.safeParse(Patch, input);
  if (parsed.success) return parsed.data.patchOperations;
  throw new AwsError('BadRequestException', `Invalid patch: ${z.prettifyError(parsed.error)}`);
};

const passRole = ({ value: resource }: { value: string }): AccessRequest => ({
  action: 'iam:PassRole',
  resource,
  context: { 'iam:PassedToService': ['apigateway.amazonaws.com'] },
});

const checkRole = (template: Template, role: string): void => {
  const service = { service: 'apigateway.amazonaws.com', sourceArn: accountArn(template) };
  if (hasRole(template, role) && mayAssume(template, role, service)) return;
  const why = 'The role ARN does not have required permissions configured';
  const remedy = 'Please grant trust permission for API Gateway and add the required role policy';
  throw new AwsError('BadRequestException', `${why}. ${remedy}.`);
};

const hasRole = (template: Template, arn: string): boolean =>
  [...template.resources.values()].some(
    ({ type, id, properties }) =>
      type === 'AWS::IAM::Role' &&
      arn.endsWith(`:role/${physicalName(template, id, RoleName.parse(properties).RoleName)}`),
  );
