const EXPRESSION = /^\$(?:request\.body\.(?<bare>[\w.-]+)|\{request\.body\.(?<braced>[\w.-]+)\})$/;

/**
 * How the API finds the route key in a message. The selector returns the value at the expression's path as a string, and
 * "" where there is none or the message is not JSON (AGW websocket-api-develop-routes.html); throws for an expression
 * that does not select from the body.
 */
export const routeKeySelector = (expression: string): ((body: string) => string) => {
  const groups = EXPRESSION.exec(expression)?.groups;
  const path = (groups?.['bare'] ?? groups?.['braced'])?.split('.');
  if (path === undefined) {
    throw new Error(`The RouteSelectionExpression ${expression} is not served locally. Use $request.body.<path>.`);
  }
  return (body) => asKey(path.reduce(step, parse(body)));
};

const step = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

/** Unverified: that an object or a list names no route. */
const asKey = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
};

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
