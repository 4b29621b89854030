import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { OpsError } from './ops-error.ts';

/** A resource by its id in the template, and by its own name, URL or id. */
type StackResource = { logicalId: string; physicalId: string };

/** A deployment, as CloudFormation knows it. */
export type Stack = {
  name: string;
  /** The random part of its ARN, under which devices are hashed in its logs. */
  salt: string;
  /** What it prints when it is deployed. @throws OpsError when it does not print that */
  output: (name: string) => string;
  ofType: (type: string) => StackResource[];
  /** The first of that type whose id in the template begins so. @throws OpsError when there is none */
  starting: (type: string, logicalId: string) => StackResource;
};

/** @throws OpsError when the account and region have no such stack */
export const findStack = async (client: CloudFormationClient, stage: string): Promise<Stack> => {
  const name = `Tandem-${stage}`;
  const { StackId: id = '', Outputs = [] } = await describe(client, name);
  const outputs = new Map(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const resources: (StackResource & { type: string })[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: name })) {
    for (const { ResourceType: type = '', LogicalResourceId = '', PhysicalResourceId } of StackResourceSummaries) {
      if (PhysicalResourceId !== undefined) {
        resources.push({ type, logicalId: LogicalResourceId, physicalId: PhysicalResourceId });
      }
    }
  }
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    name,
    salt: id.split('/')[2] ?? '',
    output: (key) => {
      const value = outputs.get(key);
      if (value !== undefined) return value;
      throw new OpsError(`The stack ${name} has no output ${key}: deploy this version first.`);
    },
    ofType,
    starting: (type, start) => {
      const found = ofType(type).find(({ logicalId }) => logicalId.startsWith(start));
      if (found !== undefined) return found;
      throw new OpsError(`The stack ${name} has no ${type} ${start}: is it of this version?`);
    },
  };
};

const describe = async (client: CloudFormationClient, StackName: string) => {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    if (stack !== undefined) return stack;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationError') throw error;
  }
  throw new OpsError(
    `There is no stack ${StackName}: are these the account and the region of the stage? Name another with --stage.`,
  );
};
