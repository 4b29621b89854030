import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { registerDevice } from './device.ts';
import { openDirectory } from './directory.ts';
import type { Guest } from './socket.ts';

export type ConnectedDevice = Guest & { id: string };

/** A stage as who has credentials for its AWS account sees it, and a device there that is gone when disposed of. */
export type Stage = AsyncDisposable & {
  management: ApiGatewayManagementApiClient;
  /** Connects the device; the connection comes with its id. */
  connect: () => Promise<ConnectedDevice>;
  /** The id of the device's connection as the functions know it: nothing after `$disconnect`. */
  connectionId: () => Promise<string | undefined>;
};

type StageOptions = {
  /** Where clients connect. */
  endpoint: string;
  /** The same over HTTP, for its `@connections`. */
  management: string;
  /** Credentials, region and so on; what the environment says without them. */
  aws?: DynamoDBClientConfig;
};

export const openStage = async ({ endpoint, management: url, aws = {} }: StageOptions): Promise<Stage> => {
  await using opening = new AsyncDisposableStack();
  const { region, credentials } = aws;
  const options = { ...(region !== undefined && { region }), ...(credentials !== undefined && { credentials }) };
  const management = opening.adopt(new ApiGatewayManagementApiClient({ ...options, endpoint: url }), destroy);
  const database = opening.adopt(new DynamoDBClient(aws), destroy);
  const directory = await openDirectory(database, new URL(endpoint).pathname.slice(1));
  const { account, connect } = await registerDevice(endpoint);
  opening.defer(() => directory.forget(account));

  const opened = opening.move();
  return {
    management,
    async connect() {
      const socket = await connect();
      const id = await directory.connectionOf(account);
      if (id === undefined) throw new Error('the device is connected, and the directory does not know');
      return { ...socket, id };
    },
    connectionId: () => directory.connectionOf(account),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

const destroy = async (client: { destroy: () => void }): Promise<void> => client.destroy();
