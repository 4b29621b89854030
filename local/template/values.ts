/** What AWS::NoValue stands for: the property or list element that holds it does not exist. */
export const noValue = Symbol('AWS::NoValue');

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as text, as CloudFormation turns numbers and booleans into strings; `where` names it in the error. */
export function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError(`${where} needs a string, but the template gives ${shown(value)}.`);
}

/** The value as a list; `where` names it in the error. */
export function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${where} needs a list, but the template gives ${shown(value)}.`);
}

const shown = (value: unknown): string => (value === noValue ? 'AWS::NoValue' : JSON.stringify(value));
