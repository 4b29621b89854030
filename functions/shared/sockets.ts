import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { EventName, EventParams } from '#protocol';
import type { Telemetry } from './telemetry/index.ts';
import { withoutLogger } from './without-logger.ts';

/** How long a post may take, in milliseconds, when it is nobody's answer that waits for it. */
const patience = 5_000;

/** `gone`: the gateway knows no such connection. `stuck`: it could not be handed over; who needs it asks again. */
export type Posted = 'sent' | 'gone' | 'stuck';

/** A JSON-RPC notification as it stands in a frame. */
export const notification = <E extends EventName>(method: E, params: EventParams<E>): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params });

/** Open connections, by the gateway's management API. */
export const createSockets = (endpoint: string, telemetry: Pick<Telemetry, 'failure'>) => {
  const client = withoutLogger(new ApiGatewayManagementApiClient({ endpoint: endpoint.replace(/^ws/, 'http') }));

  /** A failure is an outcome, no exception: nobody's call fails for what another does not hear. */
  const post = async (connection: string, frame: string, budget = patience): Promise<Posted> => {
    try {
      const command = new PostToConnectionCommand({ ConnectionId: connection, Data: frame });
      await client.send(command, { abortSignal: AbortSignal.timeout(budget) });
      return 'sent';
    } catch (error) {
      if (error instanceof GoneException) return 'gone';
      telemetry.failure('post', error);
      return 'stuck';
    }
  };

  return {
    post,
    notify: async <E extends EventName>(connection: string, event: E, params: EventParams<E>): Promise<Posted> =>
      post(connection, notification(event, params)),

    /** Closes the connection, if it is still there; the client sees status 1000. @throws what AWS says */
    close: async (connection: string): Promise<void> => {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId: connection }));
      } catch (error) {
        if (!(error instanceof GoneException)) throw error;
      }
    },
  };
};
export type Sockets = ReturnType<typeof createSockets>;
