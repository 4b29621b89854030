import { isDeepStrictEqual } from 'node:util';
import { openKeptMap } from '../aws/kept-map.ts';
import type { Attributes, Deployable, Resource } from '../template/index.ts';
import { type Answers, startAnswers } from './answers.ts';
import { ask, type Functions } from './ask.ts';
import { Made } from './made.ts';
import { inOrder } from './order.ts';
import { requestFor } from './request.ts';

export type CustomResources = Disposable & {
  /** What is known of those that have been deployed in this run. */
  attributes: Attributes;
  /**
   * Does what a deployment would do: creates what is new, updates what has changed since the last start, and deletes
   * what the template has no longer. Throws a sentence with the reason when a resource cannot be made.
   */
  deploy: (template: Deployable, functions: Functions) => Promise<void>;
};

/** The custom resources of a stack, remembered in the folder for the data where there is one. */
export const openCustomResources = (data: string | undefined): CustomResources => {
  const made = openKeptMap({ data, name: 'custom-resources', schema: Made });
  const settled = new Set<string>();

  const settle = async ({ id, type, properties }: Resource, deployment: Deployment): Promise<void> => {
    const wanted = { id, type, properties: asText(properties) };
    const existing = made.get(id);
    if (!isDeepStrictEqual(existing?.properties, wanted.properties)) {
      checkToken(wanted, existing);
      const answered = await perform(deployment, requestFor(deployment.template, wanted, existing));
      // A new physical id means that another thing has taken the place of the former, which is left to be deleted.
      if (existing !== undefined && existing.physicalId !== answered.physicalId) {
        made.set(`${id}@${existing.physicalId}`, existing);
      }
      made.set(id, { ...wanted, ...answered });
    }
    settled.add(id);
  };

  const cleanUp = async (key: string, gone: Made, deployment: Deployment): Promise<void> => {
    // A deployment that cannot clean up has succeeded all the same.
    await perform(deployment, requestFor(deployment.template, undefined, gone)).catch((error: unknown) =>
      deployment.functions.report(String(error)),
    );
    made.delete(key);
  };

  return {
    attributes: ({ id }, name) => {
      const resource = settled.has(id) ? made.get(id) : undefined;
      return resource && attributeOf(resource, name);
    },
    deploy: async (template, functions) => {
      const wanted = inOrder(template);
      const ids = new Set(wanted.map(({ id }) => id));
      if (ids.size === 0 && made.values().length === 0) return;
      await using answers = await startAnswers();
      const deployment = { template, functions, answers };
      for (const resource of wanted) await settle(resource, deployment);
      for (const gone of made.values().toReversed()) {
        const replaced = `${gone.id}@${gone.physicalId}`;
        if (made.get(replaced) === gone) await cleanUp(replaced, gone, deployment);
        else if (!ids.has(gone.id)) await cleanUp(gone.id, gone, deployment);
      }
    },
    [Symbol.dispose]: () => made[Symbol.dispose](),
  };
};

type Deployment = { template: Deployable; functions: Functions; answers: Answers };

const done = { Create: 'created', Update: 'updated', Delete: 'deleted' };

const perform = async ({ functions, answers }: Deployment, request: ReturnType<typeof requestFor>) => {
  const { RequestType, LogicalResourceId: id, ResourceType: type } = request;
  try {
    return await ask(functions, answers, request);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${id} (${type}) could not be ${done[RequestType]}: ${reason}`, { cause });
  }
};

const attributeOf = ({ id, physicalId, data }: Made, name: string): string => {
  const value = name === 'Ref' ? physicalId : data[name];
  if (value === undefined) throw new Error(`The function of ${id} answered without ${name} in its Data.`);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const checkToken = (wanted: Pick<Made, 'id' | 'properties'>, existing: Made | undefined): void => {
  if (existing === undefined || existing.properties['ServiceToken'] === wanted.properties['ServiceToken']) return;
  const why = 'CloudFormation does not let a resource have another ServiceToken';
  throw new Error(`${wanted.id} could not be updated: ${why}; give it another id, or begin with an empty data folder.`);
};

/** CloudFormation passes numbers and booleans as text. */
const asText = (properties: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, valueAsText(value)]));

const valueAsText = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(valueAsText);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueAsText(item)]));
};
