import { subprotocol } from '#protocol';
import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, readEnv } from '../shared/env.ts';
import { GatewayEvent, type GatewayResponse } from '../shared/event.ts';
import { log } from '../shared/log.ts';
import { createSockets } from '../shared/sockets.ts';

const env = readEnv({ directoryTable, endpoint });
const directory = createDirectory(env.directoryTable);
const sockets = createSockets(env.endpoint, log);

const accepted: GatewayResponse = { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': subprotocol } };

/** A device has one connection: the one before is told and closed. */
const replace = async (connection: string, by: string): Promise<void> => {
  await sockets.notify(connection, 'session.replaced', { by });
  await sockets.close(connection);
};

const connect = async ({ requestContext }: GatewayEvent): Promise<GatewayResponse> => {
  const { authorizer, connectionId, connectedAt } = requestContext;
  if (authorizer?.address === undefined) return accepted;

  const connection = { id: connectionId, at: connectedAt };
  const connected = await directory.connect(authorizer.address, connection, Number(authorizer.tokenTime));
  if (!connected.accepted) return { statusCode: 403 };
  if (connected.replaced !== undefined) await replace(connected.replaced, authorizer.jti ?? '');
  return accepted;
};

const disconnect = async ({ requestContext }: GatewayEvent): Promise<GatewayResponse> => {
  const address = requestContext.authorizer?.address;
  if (address !== undefined) await directory.disconnect(address, requestContext.connectionId);
  return { statusCode: 200 };
};

/** `$connect` and `$disconnect`: the one write when a device comes, and the one when it goes. */
export const handler = async (raw: unknown): Promise<GatewayResponse> => {
  const event = GatewayEvent.parse(raw);
  switch (`${event.requestContext.routeKey} ${event.requestContext.eventType}`) {
    case '$connect CONNECT':
      return connect(event);
    case '$disconnect DISCONNECT':
      return disconnect(event);
    default:
      return { statusCode: 400 };
  }
};
