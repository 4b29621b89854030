/** Of a client of the AWS SDK, as much as is needed here. */
type Client = { middlewareStack: { remove: (name: string) => boolean } };

/**
 * The client without the SDK's own logger. It has no log to write to, and still prepares for one what every call has
 * asked and been answered: a tenth of all that the SDK does in a call.
 */
export const withoutLogger = <C extends Client>(client: C): C => {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
};
