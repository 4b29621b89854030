import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type Clock, systemClock } from '../../../local/clock.ts';
import { openCustomResources } from '../../../local/custom-resources/index.ts';
import { startLambda } from '../../../local/lambda/index.ts';
import { type Deployable, loadTemplate } from '../../../local/template/index.ts';

/**
 * Tells each request on its log, and answers as the resource's properties say: `Id` is its physical id, `Data` its
 * attributes, `Fail` a reason, `Throw`, `Silent` and `Answer` are other ways to go wrong.
 */
const source = `
export const handler = async (event) => {
  console.log('request ' + JSON.stringify(event));
  const { StackId, RequestId, LogicalResourceId, ResponseURL, ResourceProperties: given } = event;
  if (given.Throw) throw new Error(given.Throw);
  if (given.Silent) return;
  const answer = {
    Status: given.Fail ? 'FAILED' : 'SUCCESS',
    Reason: given.Fail,
    PhysicalResourceId: given.Id ?? event.PhysicalResourceId ?? LogicalResourceId + '-made',
    StackId,
    RequestId,
    LogicalResourceId,
    Data: given.Data,
    ...given.Answer,
  };
  const headers = { 'content-type': given.ContentType ?? '' };
  const response = await fetch(ResponseURL, { method: 'PUT', headers, body: JSON.stringify(answer) });
  if (!response.ok) throw new Error('refused with ' + response.status);
};
export const show = async () => process.env.SHOWN;
`;

const token = { 'Fn::GetAtt': ['Maker', 'Arn'] };

/** A function of the source above. */
export const makeMaker = (properties: Record<string, unknown> = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Code: { S3Key: 'maker.zip' },
    Timeout: 10,
    ...properties,
  },
});

/** A custom resource that the function `Maker` makes. */
export const makeThing = (properties: Record<string, unknown> = {}, rest: object = {}) => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: token, ...properties },
  ...rest,
});

const Request = z.looseObject({ RequestType: z.string(), LogicalResourceId: z.string(), ResponseURL: z.string() });
type Seen = z.infer<typeof Request>;

export type Deployed = AsyncDisposable & {
  /** What the functions were asked, in order. */
  requests: Seen[];
  /** `Create One`, `Update Two` and so on. */
  asked: string[];
  reports: string[];
  /** Why the deployment failed; nothing when it has not. */
  failure: string | undefined;
  template: Deployable;
  /** What a function returns. */
  invoke: (name: string) => Promise<unknown>;
};

type Options = { clock?: Clock; data?: string };

/** Starts the stack `Shop` of these resources as a start of the local cloud would, in a folder that is the test's. */
export const deploy = async (folder: string, Resources: object, options: Options = {}): Promise<Deployed> => {
  const { clock = systemClock, data = join(folder, 'data') } = options;
  const app = await writeAssembly(folder, { Maker: makeMaker(), ...Resources });
  await using starting = new AsyncDisposableStack();
  const customResources = starting.use(openCustomResources(data));
  const template = await loadTemplate(app, { attributes: customResources.attributes });
  const requests: Seen[] = [];
  const reports: string[] = [];
  const lambda = starting.use(
    startLambda({
      template,
      clock,
      environment: () => ({}),
      report: ({ line }) => {
        if (line.startsWith('request ')) requests.push(z.parse(Request, JSON.parse(line.slice('request '.length))));
      },
    }),
  );
  const report = (line: string) => void reports.push(line);
  const failure = await customResources.deploy(template, { invoke: lambda.invoke, clock, report }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const running = starting.move();
  return {
    requests,
    asked: requests.map(({ RequestType, LogicalResourceId }) => `${RequestType} ${LogicalResourceId}`),
    reports,
    failure,
    template,
    invoke: async (name) => {
      const invocation = await lambda.invoke(name, {});
      return 'payload' in invocation ? invocation.payload : invocation.message;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const writeAssembly = async (folder: string, Resources: object): Promise<string> => {
  const app = join(folder, 'cdk.out');
  await mkdir(join(app, 'asset.maker'), { recursive: true });
  await writeFile(join(app, 'asset.maker', 'index.mjs'), source);
  const files = {
    maker: { source: { path: 'asset.maker', packaging: 'zip' }, destinations: { here: { objectKey: 'maker.zip' } } },
  };
  const artifacts = {
    Shop: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Shop.template.json' } },
    'Shop.assets': { type: 'cdk:asset-manifest', properties: { file: 'Shop.assets.json' } },
  };
  const write = (name: string, content: object) => writeFile(join(app, name), JSON.stringify(content));
  await Promise.all([
    write('manifest.json', { artifacts }),
    write('Shop.assets.json', { files }),
    write('Shop.template.json', { Resources }),
  ]);
  return app;
};
