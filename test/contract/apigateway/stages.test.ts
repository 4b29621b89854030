/** What a stage lets through, changed while it runs (API Gateway V2 API Reference, "Stage"). */
import { ApiGatewayV2Client, GetStageCommand, UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { expect, test } from 'vitest';
import type { AwsOptions } from '../../../local/aws/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFolder, makeFunction, makeTemplate, startTestAws } from '../aws/aws.fixture.ts';

const stage: Resource = {
  id: 'Stage',
  type: 'AWS::ApiGatewayV2::Stage',
  properties: {
    ApiId: 'api',
    StageName: 'dev',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 },
  },
};
const arn = 'arn:aws:apigateway:us-east-1::/apis/api/stages/dev';

const start = async (resources: Resource[] = [], options: Partial<AwsOptions> = {}) => {
  const aws = await startTestAws(makeTemplate(stage, ...resources), options);
  const clients: ApiGatewayV2Client[] = [];
  return {
    ...aws,
    client: (functionId?: string) => {
      const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
      const client = new ApiGatewayV2Client({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};

const get = new GetStageCommand({ ApiId: 'api', StageName: 'dev' });
const throttle = (rate: number, burst: number) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });
const update = (rate: number, burst: number) =>
  new UpdateStageCommand({ ApiId: 'api', StageName: 'dev', DefaultRouteSettings: throttle(rate, burst) });

test('a stage lets through what the template says until it is told otherwise, which is kept', async () => {
  await using folder = await makeFolder();
  const change = async () => {
    await using aws = await start([], { data: folder.path });
    expect(await aws.client().send(get)).toMatchObject({
      StageName: 'dev',
      AutoDeploy: true,
      DefaultRouteSettings: throttle(2000, 1000),
    });
    expect(aws.stageLimit('dev')).toBeUndefined();
    expect(await aws.client().send(update(200, 100))).toMatchObject({ DefaultRouteSettings: throttle(200, 100) });
    expect(aws.stageLimit('dev')).toEqual({ rate: 200, burst: 100 });
  };
  await change();
  await using aws = await start([], { data: folder.path });
  expect(await aws.client().send(get)).toMatchObject({ DefaultRouteSettings: throttle(200, 100) });
  expect(aws.stageLimit('dev')).toEqual({ rate: 200, burst: 100 });
});

test('to read a stage takes apigateway:GET on it, to change it apigateway:PATCH', async () => {
  await using aws = await start([
    ...makeFunction('Reader', [allow('apigateway:GET', arn)]),
    ...makeFunction('Writer', [allow('apigateway:PATCH', arn)]),
  ]);
  await aws.client('Reader').send(get);
  await aws.client('Writer').send(update(1, 1));
  const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } };
  await expect(aws.client('Reader').send(update(1, 1))).rejects.toMatchObject(denied);
  await expect(aws.client('Writer').send(get)).rejects.toMatchObject(denied);
});

test('another setting of a stage, or another stage, is refused by its name', async () => {
  await using aws = await start();
  const logging = new UpdateStageCommand({
    ApiId: 'api',
    StageName: 'dev',
    DefaultRouteSettings: { ...throttle(1, 1), LoggingLevel: 'INFO' },
  });
  await expect(aws.client().send(logging)).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringContaining('only throttlingRateLimit and throttlingBurstLimit are served here'),
  });
  const other = new GetStageCommand({ ApiId: 'api', StageName: 'prod' });
  await expect(aws.client().send(other)).rejects.toMatchObject({
    name: 'NotFoundException',
    message: "The local cloud does not serve API Gateway's GET /v2/apis/api/stages/prod.",
  });
});
