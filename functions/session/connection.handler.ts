import { limits, subprotocol, TandemError } from '#protocol';
import { createClosing } from '../shared/closing.ts';
import { createDirectory } from '../shared/directory/index.ts';
import { closingQueue, directoryTable, endpoint, quotas, readEnv } from '../shared/env.ts';
import { GatewayEvent, type GatewayResponse } from '../shared/event.ts';
import { networkOf } from '../shared/network.ts';
import { platform } from '../shared/platform.ts';
import { createRates } from '../shared/rates.ts';
import { createSockets } from '../shared/sockets.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';

const telemetry = openTelemetry('connection');
const env = readEnv({ directoryTable, closingQueue, endpoint, quotas });
const directory = createDirectory(env.directoryTable);
const sockets = createSockets(env.endpoint, telemetry);
const closing = createClosing(env.closingQueue);
const rates = createRates({ directory, platform, limits: env.quotas });

const accepted: GatewayResponse = { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': subprotocol } };

/** A guest is counted by its network, and closed when its time is up, whether it says anything or not. */
const admitGuest = async ({ connectionId, identity }: GatewayEvent['requestContext']): Promise<GatewayResponse> => {
  try {
    await rates.charge('guestConnectionsPerMinute', networkOf(identity.sourceIp));
  } catch (error) {
    if (!(error instanceof TandemError)) throw error;
    telemetry.refusal(error.code);
    return { statusCode: 429 };
  }
  await closing.close([{ connection: connectionId }], limits.guestLife);
  telemetry.count('Connects');
  return accepted;
};

const connect = async ({ requestContext }: GatewayEvent): Promise<GatewayResponse> => {
  const { authorizer, connectionId, connectedAt } = requestContext;
  if (authorizer?.address === undefined) return admitGuest(requestContext);
  const { address, tokenTime, jti = '' } = authorizer;

  const connected = await directory.connect(address, { id: connectionId, at: connectedAt }, Number(tokenTime));
  if (!connected.accepted) {
    telemetry.count('Denials');
    return { statusCode: 403 };
  }
  telemetry.count('Connects');
  const { replaced } = connected;
  if (replaced !== undefined) {
    // A device has one connection: the one before is told, and closed when it has heard.
    await Promise.all([
      sockets.notify(replaced, 'session.replaced', { by: jti }),
      closing.close([{ connection: replaced, unless: address }]),
    ]);
  }
  return accepted;
};

const disconnect = async ({ requestContext }: GatewayEvent): Promise<GatewayResponse> => {
  const address = requestContext.authorizer?.address;
  telemetry.count('Disconnects');
  if (address !== undefined) await directory.disconnect(address, requestContext.connectionId);
  return { statusCode: 200 };
};

const noteDevice = ({ authorizer }: GatewayEvent['requestContext']): void => {
  if (authorizer?.address !== undefined) telemetry.note({ device: telemetry.hashed(authorizer.address) });
};

const answer = async (event: GatewayEvent): Promise<GatewayResponse> => {
  noteDevice(event.requestContext);
  switch (`${event.requestContext.routeKey} ${event.requestContext.eventType}`) {
    case '$connect CONNECT':
      telemetry.note({ method: '$connect' });
      return connect(event);
    case '$disconnect DISCONNECT':
      telemetry.note({ method: '$disconnect' });
      return disconnect(event);
    default:
      return { statusCode: 400 };
  }
};

/** `$connect` and `$disconnect`: the one write when a device comes, and the one when it goes. */
export const handler = async (raw: unknown): Promise<GatewayResponse> => {
  const event = GatewayEvent.parse(raw);
  return telemetry.invocation(event.requestContext.requestId, () => answer(event));
};
