import { type APIGatewayClient, GetAccountCommand, UpdateAccountCommand } from '@aws-sdk/client-api-gateway';
import type { GatewayAccount } from './api-gateway-log-role.ts';

export const gatewayAccount = (client: APIGatewayClient): GatewayAccount => ({
  logRole: async () => (await client.send(new GetAccountCommand({}))).cloudwatchRoleArn || undefined,
  setLogRole: async (arn) => {
    await client.send(
      new UpdateAccountCommand({ patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value: arn }] }),
    );
  },
});
