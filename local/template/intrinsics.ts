import { isRecord, list, noValue, text } from './values.ts';

/** What intrinsic functions ask of the stack in which they stand. */
export type Scope = {
  ref: (name: string) => unknown;
  attribute: (resource: string, name: string) => unknown;
  condition: (name: string) => boolean;
  mapping: (map: string, first: string, second: string) => unknown;
};

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/**
 * The value with every intrinsic function in it replaced by what it gives.
 * Throws when a function is unknown or gets what it cannot work with, naming the function.
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== noValue);
  }
  if (!isRecord(value)) return value;
  const [only, ...others] = Object.entries(value);
  if (only !== undefined && others.length === 0) {
    const [name, argument] = only;
    const intrinsic = intrinsics[name];
    if (intrinsic !== undefined) return intrinsic(argument, scope);
    if (name.startsWith('Fn::'))
      throw new Error(`${name} is not served by the local cloud: write the value without it.`);
  }
  const resolved = Object.entries(value).map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== noValue));
}

/** Whether a rule of the Conditions section, or the condition of a resource, holds. */
export function holds(rule: unknown, scope: Scope): boolean {
  const [[name, argument] = ['', undefined]] = isRecord(rule) ? Object.entries(rule) : [];
  const all = () => list(argument, name).map((part) => holds(part, scope));
  switch (name) {
    case 'Condition':
      return scope.condition(text(argument, name));
    case 'Fn::Equals': {
      const [left, right] = list(argument, name).map((side) => text(resolve(side, scope), name));
      return left === right;
    }
    case 'Fn::And':
      return all().every(Boolean);
    case 'Fn::Or':
      return all().some(Boolean);
    case 'Fn::Not':
      return !all().some(Boolean);
    default:
      throw new Error(
        `A condition is made of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition, not ${JSON.stringify(rule)}.`,
      );
  }
}

const intrinsics: Record<string, Intrinsic> = {
  Ref: (argument, scope) => scope.ref(text(argument, 'Ref')),
  'Fn::GetAtt': getAtt,
  'Fn::Join': join,
  'Fn::Sub': sub,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': choose,
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument) => {
    throw new Error(
      `Fn::ImportValue of ${JSON.stringify(argument)}: the local cloud serves one stack, which has no other to import from.`,
    );
  },
};

function getAtt(argument: unknown, scope: Scope): unknown {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return scope.attribute(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [resource, name] = list(argument, 'Fn::GetAtt').map((part) => text(resolve(part, scope), 'Fn::GetAtt'));
  if (resource === undefined || name === undefined) throw new Error('Fn::GetAtt needs a resource and an attribute.');
  return scope.attribute(resource, name);
}

function join(argument: unknown, scope: Scope): string {
  const [separator, parts] = list(resolve(argument, scope), 'Fn::Join');
  return list(parts, 'Fn::Join')
    .map((part) => text(part, 'Fn::Join'))
    .join(text(separator, 'Fn::Join'));
}

function sub(argument: unknown, scope: Scope): string {
  const [pattern, given] = typeof argument === 'string' ? [argument] : list(argument, 'Fn::Sub');
  const variables = isRecord(given) ? given : {};
  return text(pattern, 'Fn::Sub').replace(/\$\{(!?)([^}]*)\}/g, (_all, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return text(resolve(variables[name], scope), `Fn::Sub of \${${name}}`);
    const value = name.includes('.') ? getAtt(name, scope) : scope.ref(name);
    return text(value, `Fn::Sub of \${${name}}`);
  });
}

function select(argument: unknown, scope: Scope): unknown {
  const [index, items] = list(resolve(argument, scope), 'Fn::Select');
  const item = list(items, 'Fn::Select')[Number(text(index, 'Fn::Select'))];
  if (item === undefined)
    throw new Error(`Fn::Select finds nothing at ${JSON.stringify(index)} in ${JSON.stringify(items)}.`);
  return item;
}

function split(argument: unknown, scope: Scope): string[] {
  const [separator, source] = list(resolve(argument, scope), 'Fn::Split');
  return text(source, 'Fn::Split').split(text(separator, 'Fn::Split'));
}

/** Only the branch that is taken is resolved: the other may name what its condition left out. */
function choose(argument: unknown, scope: Scope): unknown {
  const [condition, then, otherwise] = list(argument, 'Fn::If');
  return resolve(scope.condition(text(condition, 'Fn::If')) ? then : otherwise, scope);
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, first, second] = list(resolve(argument, scope), 'Fn::FindInMap').map((key) => text(key, 'Fn::FindInMap'));
  if (map === undefined || first === undefined || second === undefined) {
    throw new Error('Fn::FindInMap needs a map and two keys.');
  }
  return scope.mapping(map, first, second);
}
