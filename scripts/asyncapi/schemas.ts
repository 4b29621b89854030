import * as z from 'zod/mini';
import * as protocol from '#protocol';
import { events, type MethodName, methodNames, methods } from '#protocol';

/** A JSON Schema (draft 7), as AsyncAPI takes it. */
export type JsonSchema = Record<string, unknown>;

export const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The names under which the parameters and the result of a method stand, and the parameters of an event. */
export const paramsOf = (method: MethodName): string => `${method}.params`;
export const resultOf = (method: MethodName): string => `${method}.result`;

export const eventOf = (event: string): string => `${event}.event`;

const isSchema = (value: unknown): value is z.ZodMiniType => value instanceof z.ZodMiniType;

/** What the protocol exports, in an order that does not depend on how it was loaded. */
const exported = Object.entries(protocol).toSorted(([one], [other]) => (one < other ? -1 : 1));

/** Every schema of the protocol by its name: those that it exports, and those of methods and events. */
const named = (): Map<string, z.ZodMiniType> =>
  new Map([
    ...exported.flatMap(([name, value]): [string, z.ZodMiniType][] => (isSchema(value) ? [[name, value]] : [])),
    ...methodNames.flatMap((method): [string, z.ZodMiniType][] => [
      [paramsOf(method), methods[method].params],
      [resultOf(method), methods[method].result],
    ]),
    ...Object.entries(events).map(([event, params]): [string, z.ZodMiniType] => [eventOf(event), params]),
  ]);

/** What a schema says of itself besides what AsyncAPI needs. */
const bare = ({ $schema: _dialect, $id: _id, ...schema }: JsonSchema): JsonSchema => schema;

/** All schemas, each where it stands once, referred to by the others. */
export const componentSchemas = (): Record<string, JsonSchema> => {
  const registry = z.registry<{ id: string }>();
  // One schema may have several names, as that of an empty object has: the first is the one that the others refer to.
  const aliases: [string, z.ZodMiniType][] = [];
  for (const [name, schema] of named()) {
    if (registry.has(schema)) aliases.push([name, schema]);
    else registry.add(schema, { id: name });
  }
  const { schemas } = z.toJSONSchema(registry, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => schemaRef(id).$ref,
  });
  const whole = Object.entries(schemas).map(([name, schema]): [string, JsonSchema] => [name, bare(schema)]);
  const again = aliases.map(([name, schema]): [string, JsonSchema] => [
    name,
    schemaRef(registry.get(schema)?.id ?? name),
  ]);
  return Object.fromEntries([...whole, ...again]);
};
