import type { Document } from './document.ts';
import { isRecord } from './values.ts';

/** The resources that must be there before one of a stack: what its properties name, and its DependsOn. */
export function dependencies({ Resources }: Document, id: string): string[] {
  const { Properties = {}, DependsOn = [] } = Resources[id] ?? {};
  const named = new Set([DependsOn].flat());
  collect(Properties, named);
  return [...named].filter((name) => Object.hasOwn(Resources, name));
}

/** Adds whatever Ref, Fn::GetAtt and Fn::Sub name; among it are parameters and variables, which are no resources. */
function collect(value: unknown, named: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, named);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'Ref' && typeof item === 'string') named.add(item);
    if (key === 'Fn::GetAtt') add(String(Array.isArray(item) ? item[0] : item), named);
    if (key === 'Fn::Sub') {
      for (const [, name = ''] of JSON.stringify(item).matchAll(/\$\{([^!}]+)\}/g)) add(name, named);
    }
    collect(item, named);
  }
}

/** A resource, or a resource and an attribute of it. */
const add = (name: string, named: Set<string>): void => void named.add(name.split('.')[0] ?? name);
