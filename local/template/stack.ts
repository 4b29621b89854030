import type { Document } from './document.ts';
import { holds, resolve, type Scope } from './intrinsics.ts';
import type { Resource } from './model.ts';
import { NotYetKnown } from './not-yet-known.ts';
import { isCustom, resourceType, type Self } from './resource-types.ts';
import { noValue, text } from './values.ts';

/** Where and under which name a stack is served. */
export type Place = { stack: string; region: string; account: string };

/**
 * What only a running cloud knows of a resource: an attribute, or `Ref` for what a Ref gives; `undefined` leaves it to
 * the template. Asked each time that a resource whose properties are not yet resolved is read.
 */
export type Attributes = (resource: { id: string; type: string }, name: string) => string | undefined;

/**
 * The resources of a stack whose conditions hold, by logical id; what the template leaves unnamed has the name that
 * deployment would give it. Properties are resolved when they are first read, so that what a running resource supplies
 * may be known only later, and so that a cycle is found by whoever runs into it.
 */
export function stackResources(source: Document, stack: string, scope: Scope): ReadonlyMap<string, Resource> {
  const present = Object.entries(source.Resources).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  return new Map(
    present.map(([id, { Type: type, Properties = {} }]) => {
      const { nameProperty } = resourceType(type);
      const name = nameProperty === undefined ? {} : { [nameProperty]: physicalName(stack, id) };
      return [id, lazyResource({ id, type }, () => ({ ...name, ...resolveProperties(id, Properties, scope) }))];
    }),
  );
}

const physicalName = (stack: string, id: string): string => `${stack}-${id}`;

function lazyResource(named: { id: string; type: string }, read: () => Record<string, unknown>): Resource {
  let properties: Record<string, unknown> | undefined;
  return {
    ...named,
    get properties() {
      properties ??= read();
      return properties;
    },
  };
}

function resolveProperties(id: string, source: Record<string, unknown>, scope: Scope): Record<string, unknown> {
  const resolved = Object.entries(source).map(([key, value]) => {
    try {
      return [key, resolve(value, scope)] as const;
    } catch (cause) {
      const message = `${id} ${key}: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw cause instanceof NotYetKnown ? new NotYetKnown(message, { cause }) : new Error(message, { cause });
    }
  });
  return Object.fromEntries(resolved.filter(([, value]) => value !== noValue));
}

/** What the intrinsic functions of a stack's template find in it. */
export function stackScope(source: Document, place: Place, attributes: Attributes): Scope {
  const guard = cycleGuard();
  const pseudo = pseudoParameters(place);

  const self = (id: string): Self & { type: string } => {
    const resource = source.Resources[id];
    if (resource === undefined) throw new Error(`There is no resource, parameter or pseudo parameter ${id}.`);
    const { Type: type, Properties = {}, Condition } = resource;
    if (Condition !== undefined && !scope.condition(Condition)) {
      throw new Error(`${id} does not exist, because its condition ${Condition} does not hold.`);
    }
    const property = (key: string): string | undefined => {
      const value = guard(`${id}.${key}`, () => resolve(Properties[key], scope));
      return value === undefined || value === noValue ? undefined : text(value, `${id} ${key}`);
    };
    const { nameProperty } = resourceType(type);
    const regional = (service: string) => `arn:aws:${service}:${place.region}:${place.account}`;
    return {
      id,
      type,
      property,
      regional,
      account: place.account,
      get name() {
        return (nameProperty === undefined ? undefined : property(nameProperty)) ?? physicalName(place.stack, id);
      },
    };
  };

  const scope: Scope = {
    ref(name) {
      if (pseudo.has(name)) return pseudo.get(name);
      const parameter = source.Parameters?.[name];
      if (parameter !== undefined) return parameterValue(name, parameter.Default);
      const resource = self(name);
      const supplied = attributes(resource, 'Ref');
      if (supplied !== undefined) return supplied;
      if (isCustom(resource.type))
        throw new NotYetKnown(`What ${name} (${resource.type}) refers to is known once it has run.`);
      return resourceType(resource.type).ref(resource);
    },
    attribute(id, name) {
      const resource = self(id);
      const supplied = attributes(resource, name);
      if (supplied !== undefined) return supplied;
      const value = resourceType(resource.type).attributes[name];
      if (value !== undefined) return value(resource);
      const what = `${name} of ${id} (${resource.type})`;
      if (isCustom(resource.type)) throw new NotYetKnown(`${what} is known once it has run.`);
      throw new Error(`${what} is not an attribute that the local cloud knows.`);
    },
    condition(name) {
      const rule = source.Conditions?.[name];
      if (rule === undefined) throw new Error(`There is no condition ${name}.`);
      return guard(`condition ${name}`, () => holds(rule, scope));
    },
    mapping(map, first, second) {
      const value = source.Mappings?.[map]?.[first]?.[second];
      if (value === undefined) throw new Error(`Fn::FindInMap finds nothing at ${map}.${first}.${second}.`);
      return value;
    },
  };
  return scope;
}

function parameterValue(name: string, value: unknown): unknown {
  if (value !== undefined) return value;
  throw new Error(`The parameter ${name} has no default, and the local cloud has no other value for it: give it one.`);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
const pseudoParameters = ({ stack, region, account }: Place): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>([
    ['AWS::AccountId', account],
    ['AWS::NoValue', noValue],
    ['AWS::NotificationARNs', []],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', region],
    ['AWS::StackId', `arn:aws:cloudformation:${region}:${account}:stack/${stack}/${stack}`],
    ['AWS::StackName', stack],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);

/** Runs what may come back to itself, and says along which way when it does. */
function cycleGuard(): <Result>(step: string, run: () => Result) => Result {
  const way: string[] = [];
  return (step, run) => {
    if (way.includes(step)) throw new Error(`The template goes in a circle: ${[...way, step].join(' → ')}.`);
    way.push(step);
    try {
      return run();
    } finally {
      way.pop();
    }
  };
}
