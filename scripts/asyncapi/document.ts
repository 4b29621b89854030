import { errorCodes, errors, type EventName, events, limits, type MethodName, methodNames, methods } from '#protocol';
import { componentSchemas, eventOf, type JsonSchema, paramsOf, resultOf, schemaRef } from './schemas.ts';

const version = { type: 'string', const: '2.0' };
const id = { description: 'As the caller chose it.', anyOf: [{ type: 'string', maxLength: 64 }, { type: 'integer' }] };

const object = (properties: Record<string, JsonSchema>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const eventNames = Object.keys(events).filter((name): name is EventName => Object.hasOwn(events, name));

const callMessage = (method: MethodName) => ({
  name: method,
  title: `Call of ${method}`,
  payload: object(
    {
      jsonrpc: version,
      id,
      method: { const: method },
      params: schemaRef(paramsOf(method)),
      traceparent: schemaRef('Traceparent'),
    },
    ['params', 'traceparent', ...(isOneWay(method) ? ['id'] : [])],
  ),
});

const resultMessage = (method: MethodName) => ({
  name: `${method}.result`,
  title: `Result of ${method}`,
  payload: object({ jsonrpc: version, id, result: schemaRef(resultOf(method)) }),
});

const eventMessage = (event: EventName) => ({
  name: event,
  title: `Notification ${event}`,
  payload: object({ jsonrpc: version, method: { const: event }, params: schemaRef(eventOf(event)) }),
});

const isOneWay = (method: MethodName): boolean => methods[method].oneWay === true;

const errorMessage = {
  name: 'error',
  title: 'Refusal of a call',
  summary: 'In `error.data.code` stands one of the names; `retryable` says whether the same call may succeed later.',
  payload: object({
    jsonrpc: version,
    id: { ...id, description: 'Null when it could not be read.' },
    error: schemaRef('ErrorObject'),
  }),
  'x-errors': Object.fromEntries(
    errorCodes.map((name) => {
      const { rpc, retryable, message } = errors[name];
      return [name, { code: rpc, retryable, message }];
    }),
  ),
};

const messages = () => ({
  ...Object.fromEntries(methodNames.map((method) => [method, callMessage(method)])),
  ...Object.fromEntries(
    methodNames.filter((method) => !isOneWay(method)).map((method) => [`${method}.result`, resultMessage(method)]),
  ),
  ...Object.fromEntries(eventNames.map((event) => [`${event}.event`, eventMessage(event)])),
  error: errorMessage,
});

const channel = { $ref: '#/channels/socket' };
const onChannel = (message: string) => ({ $ref: `#/channels/socket/messages/${message}` });

const whoMayCall = {
  guest: 'A connection without a token',
  device: 'Any linked device',
  primary: 'The primary device',
  anyone: 'Anybody',
} as const;

const callOperation = (method: MethodName) => ({
  action: 'receive',
  channel,
  title: method,
  summary: methods[method].summary,
  description: `${whoMayCall[methods[method].who]} may call it.`,
  messages: [onChannel(method)],
  ...(!isOneWay(method) && { reply: { channel, messages: [onChannel(`${method}.result`), onChannel('error')] } }),
  'x-who': methods[method].who,
  'x-rate': methods[method].rate,
});

const eventOperation = (event: EventName) => ({
  action: 'send',
  channel,
  title: event,
  messages: [onChannel(`${event}.event`)],
});

/** The protocol as an AsyncAPI 3 document (https://www.asyncapi.com/docs/reference/specification/v3.1.0), made of its tables. */
export const asyncApiDocument = () => ({
  asyncapi: '3.1.0',
  info: {
    title: 'Tandem',
    version: '1',
    description:
      'Pairs companion devices with a phone and relays end-to-end-encrypted envelopes. Every frame is one JSON-RPC 2.0 object in a text message; there are no batches. ' +
      `A frame of a client has at most ${limits.frame} bytes. Made from protocol/ by \`npm run docs\`.`,
    license: { name: 'Apache 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/json',
  servers: {
    stage: {
      host: '{host}',
      pathname: '/{stage}',
      protocol: 'wss',
      description:
        'Subprotocols: `tandem.v1` and, for a linked device, its token, a JWT signed with its key. Without a token the connection is a guest’s.',
      variables: {
        host: { description: 'As the output Url of the deployed stack says.' },
        stage: { description: 'The name of the stage.', default: 'dev' },
      },
    },
  },
  channels: {
    socket: {
      address: '/',
      title: 'The WebSocket',
      messages: Object.fromEntries(
        Object.keys(messages()).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
      ),
    },
  },
  operations: {
    ...Object.fromEntries(methodNames.map((method) => [method, callOperation(method)])),
    ...Object.fromEntries(eventNames.map((event) => [`${event}.event`, eventOperation(event)])),
  },
  components: { messages: messages(), schemas: componentSchemas() },
});
