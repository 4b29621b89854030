import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { expect, test } from 'vitest';
import { gatewayAccount } from '../../../functions/deployment/gateway-account.ts';

/** API Gateway's `/account` as its API reference describes it, with `role` set. */
const startApiGateway = async (role: string | undefined) => {
  const requests: { method: string | undefined; url: string | undefined; body: string }[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url } = request;
    requests.push({ method, url, body: await text(request) });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ cloudwatchRoleArn: role, throttleSettings: { burstLimit: 5000, rateLimit: 10_000 } }),
    );
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const client = new APIGatewayClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  });
  return {
    requests,
    account: gatewayAccount(client),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const arn = 'arn:aws:iam::123456789012:role/logs';

test.for([
  { set: arn, read: arn },
  { set: '', read: undefined },
  { set: undefined, read: undefined },
])('an account whose role is $set has $read', async ({ set, read }) => {
  await using gateway = await startApiGateway(set);
  expect(await gateway.account.logRole()).toBe(read);
  expect(gateway.requests).toEqual([{ method: 'GET', url: '/account', body: '' }]);
});

test('a role is set by replacing that one setting', async () => {
  await using gateway = await startApiGateway(undefined);
  await gateway.account.setLogRole(arn);
  expect(gateway.requests.map(({ body, ...request }) => ({ ...request, body: JSON.parse(body) as unknown }))).toEqual([
    {
      method: 'PATCH',
      url: '/account',
      body: { patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value: arn }] },
    },
  ]);
});
