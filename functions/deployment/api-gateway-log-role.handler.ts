import { setTimeout as wait } from 'node:timers/promises';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ensureLogRole } from './api-gateway-log-role.ts';
import { customResource } from './custom-resource.ts';
import { gatewayAccount } from './gateway-account.ts';

const ensure = ensureLogRole({ account: gatewayAccount(new APIGatewayClient()), wait });

export const handler = customResource(async (request) => {
  await ensure(request);
  return { id: 'api-gateway-log-role' };
});
