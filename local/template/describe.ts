import * as z from 'zod/mini';
import type { Document } from './document.ts';
import { resolve, type Scope } from './intrinsics.ts';
import type { Resource, StackDescription } from './model.ts';
import { unlessUnknown } from './not-yet-known.ts';
import { text } from './values.ts';

const Id = z.string();

/** What CloudFormation would tell of the stack, each time as it is then. */
export const describe = (
  source: Document,
  resources: ReadonlyMap<string, Resource>,
  scope: Scope,
): StackDescription => ({
  name: z.parse(Id, scope.ref('AWS::StackName')),
  id: z.parse(Id, scope.ref('AWS::StackId')),
  resources: () =>
    [...resources.values()].map(({ id, type }) => {
      const physicalId = unlessUnknown(() => z.parse(Id, scope.ref(id)));
      return { id, type, physicalId };
    }),
  outputs: () =>
    Object.entries(source.Outputs ?? {}).map(([name, { Value, Description: description }]) => ({
      name,
      value: text(resolve(Value, scope), `the output ${name}`),
      description,
    })),
});
