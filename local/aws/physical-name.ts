import type { Template } from '../template/model.ts';

/** What a resource is called: the name it is given, or what `Ref` makes of stack and logical id without one. */
export const physicalName = ({ stack }: Template, id: string, given: string | undefined): string =>
  given ?? `${stack}-${id}`;
