import type { Edge } from './edge.ts';
import { newId } from './ids.ts';
import type { Stage } from './read-stages.ts';

/** What the edge knows of a client, from before `$connect` until after `$disconnect`. */
export type Connection = {
  id: string;
  stage: Stage;
  /** Milliseconds since 1970, as is `lastActiveAt`. */
  connectedAt: number;
  lastActiveAt: number;
  identity: { userAgent?: string; sourceIp: string };
  /** What the authorizer said of the client: it is part of every later event. */
  authorizer?: Record<string, string>;
};

export type RequestContext = {
  routeKey: string;
  eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  extendedRequestId: string;
  requestTime: string;
  messageDirection: 'IN';
  messageId?: string;
  disconnectStatusCode?: number;
  disconnectReason?: string;
  stage: string;
  connectedAt: number;
  requestTimeEpoch: number;
  identity: Connection['identity'];
  requestId: string;
  domainName: string;
  connectionId: string;
  apiId: string;
  authorizer?: Record<string, string>;
};

type Occasion = Pick<RequestContext, 'routeKey' | 'eventType' | 'disconnectStatusCode' | 'disconnectReason'>;

/** A new request's context, as captured from the cloud (typelevel/feral, aws-powertools/powertools-lambda-python). */
export const requestContext = (edge: Edge, connection: Connection, occasion: Occasion): RequestContext => {
  const now = edge.clock.now();
  const requestId = newId();
  return {
    ...occasion,
    ...(occasion.eventType === 'MESSAGE' && { messageId: newId() }),
    extendedRequestId: requestId,
    requestTime: commonLogTime(now),
    messageDirection: 'IN',
    stage: connection.stage.name,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: now,
    identity: connection.identity,
    requestId,
    domainName: edge.domainName,
    connectionId: connection.id,
    apiId: edge.api.id,
    ...(connection.authorizer !== undefined && { authorizer: connection.authorizer }),
  };
};

/** Stage variables, in an event only where the stage has some. */
export const stageVariables = ({ variables }: Stage): { stageVariables?: Record<string, string> } =>
  variables === undefined ? {} : { stageVariables: variables };

/** As in `09/Feb/2024:18:11:43 +0000`. */
const commonLogTime = (now: number): string => {
  const [, day, month, year, time] = new Date(now).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
};
