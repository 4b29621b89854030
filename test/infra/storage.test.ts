import { expect, test } from 'vitest';
import { startApp, templateWith } from '../fixtures/stage.ts';
import { resourcesOf } from './template.ts';

const templateOf = (stage: string) => templateWith({ 'tandem.stage': stage });
const tablesOf = async (stage: string) => resourcesOf(await templateOf(stage), 'AWS::DynamoDB::GlobalTable');

test('both tables are found by pk and sk, and expire by ttl', async () => {
  const tables = await tablesOf('dev');
  expect(tables.map(({ id }) => id)).toEqual(['StorageDirectory', 'StorageMailboxes']);
  for (const { properties } of tables) {
    expect(properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  }
});

test('only Directory can be restored to a point in time', async () => {
  const [directory, mailboxes] = await tablesOf('prod');
  expect(directory?.properties).toMatchObject({
    Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
  });
  expect(mailboxes?.properties).toMatchObject({ Replicas: [{ Region: '<AWS::Region>' }] });
  expect(JSON.stringify(mailboxes)).not.toContain('PointInTime');
});

test('a Directory that was restored takes the place of the stack’s own, which stays', async () => {
  const own = await templateOf('prod');
  const directoryTables = { prod: 'tandem-prod-restored' };
  const restored = await templateWith({ 'tandem.stage': 'prod', 'tandem.directoryTables': directoryTables });
  const storage = 'AWS::DynamoDB::GlobalTable';
  expect(resourcesOf(restored, storage)).toEqual(resourcesOf(own, storage));
  for (const type of ['AWS::Lambda::Function', 'AWS::IAM::Policy']) {
    const [before, after] = [own, restored].map((template) => JSON.stringify(resourcesOf(template, type)));
    const name = 'tandem-prod-restored';
    const arn = `arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${name}`;
    expect(after).toBe(before?.replaceAll('<StorageDirectory.Arn>', arn).replaceAll('<StorageDirectory>', name));
  }
});

test('a Directory that was restored is the one of its own stage alone', async () => {
  const directoryTables = { prod: 'tandem-prod-restored' };
  const template = await templateWith({ 'tandem.stage': 'dev', 'tandem.directoryTables': directoryTables });
  expect(template).toEqual(await templateOf('dev'));
});

test.for(['prod', 'production', 'staging', 'development'])(
  '%s keeps its tables and logs, whatever happens',
  async (stage) => {
    const template = await templateOf(stage);
    const kept = resourcesOf(template).filter(({ type }) =>
      ['AWS::DynamoDB::GlobalTable', 'AWS::Logs::LogGroup'].includes(type),
    );
    expect(kept).toHaveLength(16);
    for (const { deletionPolicy, updateReplacePolicy } of kept) {
      expect([deletionPolicy, updateReplacePolicy]).toEqual(['Retain', 'Retain']);
    }
    for (const { properties } of resourcesOf(template, 'AWS::DynamoDB::GlobalTable')) {
      expect(properties).toMatchObject({ Replicas: [{ DeletionProtectionEnabled: true }] });
    }
  },
);

test('the stack of a stage whose data is kept cannot be deleted by mistake', async () => {
  await using prod = await startApp({ 'tandem.stage': 'prod' });
  await using dev = await startApp({ 'tandem.stage': 'dev' });
  expect(prod.app.stack.terminationProtection).toBe(true);
  expect(dev.app.stack.terminationProtection).toBe(false);
});

test.for(['dev', 'dev-alice'])('%s leaves nothing behind but the account’s logging role', async (stage) => {
  const template = await templateOf(stage);
  const retained = resourcesOf(template).filter(({ deletionPolicy }) => deletionPolicy === 'Retain');
  expect(retained.map(({ id }) => id)).toEqual(['EndpointLogRole']);
  for (const { properties, deletionPolicy } of resourcesOf(template, 'AWS::DynamoDB::GlobalTable')) {
    expect(properties).toMatchObject({ Replicas: [{ DeletionProtectionEnabled: false }] });
    expect(deletionPolicy).toBe('Delete');
  }
});
