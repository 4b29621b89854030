import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsOptions } from '../../../local/aws/index.ts';
import { type FaultLine, type Injector, openFaults } from '../../../local/faults/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFunction, makeTable, makeTemplate, startTestAws, type TestAws } from '../aws/aws.fixture.ts';

type Targets = Parameters<typeof openFaults>[0]['targets'];

export type TestFaults = Injector & {
  /** What was written to the log. */
  lines: string[];
};

/** Faults on whatever their test names, by the same seed every time. */
export const openTestFaults = (targets: Targets = everything, seed = 7): TestFaults => {
  const lines: string[] = [];
  const log = ({ line }: FaultLine) => void lines.push(line);
  return { ...openFaults({ seed, targets, requestOf: () => undefined, log }), lines };
};

const everything: Targets = () => ({
  operations: new Map([
    ['dynamodb', ['GetItem', 'PutItem']],
    ['execute-api', ['GetConnection', 'PostToConnection', 'DeleteConnection']],
  ]),
  functions: ['Worker', 'Helper'],
});

export type FaultyAws = TestAws & {
  faults: TestFaults;
  /** With the credentials of the function `Writer`, and without any retry. */
  client: DynamoDBClient;
  /** With the operator's, whom no fault strikes. */
  onlooker: DynamoDBClient;
};

/** The AWS endpoint, with the table `Notes` and the function `Writer`, which may do everything. */
export const startFaultyAws = async (
  resources: readonly Resource[] = [],
  options: Partial<AwsOptions> = {},
): Promise<FaultyAws> => {
  const faults = openTestFaults(() => ({ operations: aws.operations, functions: ['Writer'] }));
  const writer = makeFunction('Writer', [allow('*', '*')]);
  const aws = await startTestAws(makeTemplate(makeTable('Notes'), ...writer, ...resources), { faults, ...options });
  return { ...aws, faults, client: aws.dynamodb('Writer'), onlooker: aws.dynamodb() };
};

export type Item = Record<string, AttributeValue>;

export const keyOf = (sk: string): Item => ({ pk: { S: 'a' }, sk: { S: sk } });

/** An item whose key is `a` and `sk`. */
export const itemOf = (sk: string, text = 'hello'): Item => ({ ...keyOf(sk), text: { S: text } });

/** The error of a call that must fail. */
export const failure = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call was expected to fail.');
};
