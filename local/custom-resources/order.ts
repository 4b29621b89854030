import { type Deployable, isCustom, type Resource } from '../template/index.ts';

/** The custom resources of a template, each after those that it depends on, be it through other resources. */
export const inOrder = ({ resources, dependencies }: Deployable): Resource[] => {
  const ordered = new Set<Resource>();
  const visited = new Set<string>();
  const visit = (id: string): void => {
    if (visited.has(id)) return;
    visited.add(id);
    for (const dependency of dependencies(id)) visit(dependency);
    const resource = resources.get(id);
    if (resource !== undefined && isCustom(resource.type)) ordered.add(resource);
  };
  for (const id of resources.keys()) visit(id);
  return [...ordered];
};
