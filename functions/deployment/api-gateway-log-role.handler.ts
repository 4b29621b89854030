import { setTimeout as wait } from 'node:timers/promises';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ensureLogRole } from './api-gateway-log-role.ts';
import { customResource } from './custom-resource.ts';
import { gatewayAccount } from './gateway-account.ts';

export const handler = customResource({
  id: 'api-gateway-log-role',
  apply: ensureLogRole({ account: gatewayAccount(new APIGatewayClient()), wait }),
});
