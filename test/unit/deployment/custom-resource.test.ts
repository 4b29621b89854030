import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { customResource } from '../../../functions/deployment/custom-resource.ts';

/** The place where CloudFormation takes answers. */
const startCloudFormation = async ({ status = 200 }: { status?: number } = {}) => {
  const answers: { method: string | undefined; headers: IncomingHttpHeaders; body: unknown }[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, headers } = request;
    answers.push({ method, headers, body: JSON.parse(await text(request)) });
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const { port } = address;
  return {
    answers,
    event: {
      RequestType: 'Create',
      ResponseURL: `http://127.0.0.1:${port}/answer?signature=s`,
      StackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Tandem-dev/1',
      RequestId: 'request-1',
      LogicalResourceId: 'Setting',
      ResourceType: 'Custom::ApiGatewayLogRole',
      ResourceProperties: { RoleArn: 'arn:aws:iam::123456789012:role/ours' },
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const question = {
  StackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Tandem-dev/1',
  RequestId: 'request-1',
  LogicalResourceId: 'Setting',
};
const identity = { PhysicalResourceId: 'thing', ...question };

describe('CloudFormation', () => {
  test('is told when a request has been applied', async () => {
    await using cloudFormation = await startCloudFormation();
    const applied: unknown[] = [];
    const handler = customResource(async (request) => {
      applied.push(request);
      return { id: 'thing', data: { Name: 'value' } };
    });

    await handler(cloudFormation.event);

    expect(applied).toMatchObject([
      { RequestType: 'Create', ResourceProperties: { RoleArn: 'arn:aws:iam::123456789012:role/ours' } },
    ]);
    expect(cloudFormation.answers).toMatchObject([
      { method: 'PUT', body: { Status: 'SUCCESS', Data: { Name: 'value' }, ...identity } },
    ]);
  });

  test('is told the reason of a failure', async () => {
    await using cloudFormation = await startCloudFormation();
    const handler = customResource(() => Promise.reject(new Error('the account is closed')));

    await handler(cloudFormation.event);

    expect(cloudFormation.answers).toMatchObject([
      {
        body: { Status: 'FAILED', Reason: 'Error: the account is closed', PhysicalResourceId: 'Setting', ...question },
      },
    ]);
  });

  test('keeps what there was when a change of it fails', async () => {
    await using cloudFormation = await startCloudFormation();
    const handler = customResource(() => Promise.reject(new Error('the account is closed')));

    await handler({ ...cloudFormation.event, RequestType: 'Update', PhysicalResourceId: 'thing' });

    expect(cloudFormation.answers).toMatchObject([{ body: { Status: 'FAILED', ...identity } }]);
  });

  test('gets an answer that it takes, however long the reason', async () => {
    await using cloudFormation = await startCloudFormation();
    const handler = customResource(() => Promise.reject(new Error('x'.repeat(10_000))));

    await handler(cloudFormation.event);

    expect(JSON.stringify(cloudFormation.answers[0]?.body).length).toBeLessThan(4096);
  });

  test('gets an answer without a content type, for which its URL is signed', async () => {
    await using cloudFormation = await startCloudFormation();
    await customResource(async () => ({ id: 'thing' }))(cloudFormation.event);
    expect(cloudFormation.answers[0]?.headers['content-type'] ?? '').toBe('');
  });

  test('is asked again by Lambda when it did not take the answer', async () => {
    await using cloudFormation = await startCloudFormation({ status: 503 });
    const handler = customResource(async () => ({ id: 'thing' }));
    await expect(handler(cloudFormation.event)).rejects.toThrow('503');
  });
});
