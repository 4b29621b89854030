import * as z from 'zod/mini';
import type { StackDescription } from '../../template/index.ts';
import { AwsError } from '../errors.ts';
import type { Xml } from '../xml.ts';

export type StackOperation = {
  /** Throws for what the operation does not take. */
  check: (input: unknown) => void;
  run: (input: unknown) => Xml;
};

const Describe = z.strictObject({ StackName: z.string() });
const List = z.strictObject({ StackName: z.string(), NextToken: z._default(z.coerce.number(), 0) });

const complete = 'CREATE_COMPLETE';
/** Of resources, in one answer. */
const page = 100;

/** The operations of the CloudFormation API that are served, on the one stack that there is. */
export const stackOperations = ({ name, id, resources, outputs }: StackDescription, createdAt: string) => {
  const operation = <T extends { StackName: string }>(
    schema: z.ZodMiniType<T>,
    run: (input: T) => Xml,
  ): StackOperation => {
    const parse = (input: unknown): T => {
      const parsed = z.safeParse(schema, input);
      if (!parsed.success) {
        throw invalid(`What the local cloud does not take: ${z.prettifyError(parsed.error)}`);
      }
      const { StackName } = parsed.data;
      if (StackName !== name && StackName !== id) throw invalid(`Stack with id ${StackName} does not exist`);
      return parsed.data;
    };
    return { check: (input) => void parse(input), run: (input) => run(parse(input)) };
  };

  return {
    DescribeStacks: operation(Describe, () => {
      const Outputs = outputs().map(({ name: OutputKey, value: OutputValue, description: Description }) => ({
        OutputKey,
        OutputValue,
        Description,
      }));
      return { Stacks: [{ StackId: id, StackName: name, CreationTime: createdAt, StackStatus: complete, Outputs }] };
    }),
    ListStackResources: operation(List, ({ NextToken: from }) => {
      const all = resources();
      const to = from + page;
      const summaries = all.slice(from, to).map(({ id: LogicalResourceId, type, physicalId }) => ({
        LogicalResourceId,
        PhysicalResourceId: physicalId,
        ResourceType: type,
        LastUpdatedTimestamp: createdAt,
        ResourceStatus: complete,
      }));
      return { StackResourceSummaries: summaries, NextToken: to < all.length ? String(to) : undefined };
    }),
  } satisfies Record<string, StackOperation>;
};

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);
