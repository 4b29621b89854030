import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import * as z from 'zod';

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      DependsOn: z.array(z.string()).default([]),
      DeletionPolicy: z.string().optional(),
      UpdateReplacePolicy: z.string().optional(),
    }),
  ),
});

/** A resource as its template has it, its references as {@link readable}. */
export type Resource = {
  id: string;
  type: string;
  properties: Record<string, unknown>;
  dependsOn: string[];
  deletionPolicy: string | undefined;
  updateReplacePolicy: string | undefined;
};

/** The resources of a template, those of one type if it is named. */
export const resourcesOf = (template: unknown, type?: string): Resource[] =>
  Object.entries(Template.parse(template).Resources)
    .map(([id, resource]) => ({
      id: withoutHash(id),
      type: resource.Type,
      properties: z.record(z.string(), z.unknown()).parse(readable(resource.Properties)),
      dependsOn: resource.DependsOn.map(withoutHash),
      deletionPolicy: resource.DeletionPolicy,
      updateReplacePolicy: resource.UpdateReplacePolicy,
    }))
    .filter((resource) => type === undefined || resource.type === type);

const Outputs = z.object({ Outputs: z.record(z.string(), z.object({ Value: z.unknown() })) });

/** What a template prints when it is deployed, as {@link readable}. */
export const outputsOf = (template: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(Outputs.parse(template).Outputs).map(([name, { Value }]) => [name, readable(Value)]),
  );

/** The template of the app as it would be deployed to the stage that cdk.json names. */
export const synthesized = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(inject('app'), 'Tandem-dev.template.json'), 'utf8'));

/** The CDK ends a logical id with a hash of the construct's path. */
const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

const Join = z.tuple([z.string(), z.array(z.unknown())]);
const GetAtt = z.tuple([z.string(), z.string()]);
const Split = z.tuple([z.string(), z.unknown()]);
const Select = z.tuple([z.number(), z.unknown()]);

/** References as `<Resource>` and `<Resource.Attribute>`, joined texts as one, and split ones as in JavaScript. */
const readable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && name === 'Ref') return `<${withoutHash(String(argument))}>`;
  if (more.length === 0 && name === 'Fn::GetAtt') {
    const [id, attribute] = GetAtt.parse(argument);
    return `<${withoutHash(id)}.${attribute}>`;
  }
  if (more.length === 0 && name === 'Fn::Join') {
    const [separator, parts] = Join.parse(argument);
    return parts.map((part) => String(readable(part))).join(separator);
  }
  if (more.length === 0 && name === 'Fn::Split') {
    const [separator, text] = Split.parse(argument);
    return `${String(readable(text))}.split('${separator}')`;
  }
  if (more.length === 0 && name === 'Fn::Select') {
    const [index, items] = Select.parse(argument);
    return `${String(readable(items))}[${index}]`;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item)]));
};
