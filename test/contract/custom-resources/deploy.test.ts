import { expect, test } from 'vitest';
import { standingClock } from '../../../local/movable-clock.ts';
import { makeFolder } from '../aws/aws.fixture.ts';
import { deploy, makeMaker, makeThing } from './deploy.fixture.ts';

const ServiceToken = 'arn:aws:lambda:us-east-1:000000000000:function:Shop-Maker';

test('a new one is created with the request that CloudFormation sends (crpg-ref-requests)', async () => {
  await using folder = await makeFolder();
  await using shop = await deploy(folder.path, { Thing: makeThing({ Size: 'S' }) });
  expect(shop.failure).toBeUndefined();
  expect(shop.requests).toEqual([
    {
      RequestType: 'Create',
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Shop/Shop',
      RequestId: expect.stringMatching(/^[\da-f-]{36}$/),
      ResourceType: 'Custom::Thing',
      LogicalResourceId: 'Thing',
      ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
      ResourceProperties: { ServiceToken, Size: 'S' },
    },
  ]);
});

test('unverified: numbers and booleans of a custom resource reach its function as text', async () => {
  await using folder = await makeFolder();
  await using shop = await deploy(folder.path, { Thing: makeThing({ Size: 3, Open: true, Deep: [{ One: 1 }] }) });
  expect(shop.requests[0]).toMatchObject({ ResourceProperties: { Size: '3', Open: 'true', Deep: [{ One: '1' }] } });
});

test('what it answers is what Ref and Fn::GetAtt give, even to functions that could not be read before', async () => {
  await using folder = await makeFolder();
  const SHOWN = { 'Fn::Sub': '${Thing}/${Thing.Arn}' };
  await using shop = await deploy(folder.path, {
    Shower: makeMaker({ Handler: 'index.show', Environment: { Variables: { SHOWN } } }),
    Thing: makeThing({ Id: 'thing-1', Data: { Arn: 'arn:thing' } }),
  });
  expect(await shop.invoke('Shop-Shower')).toBe('thing-1/arn:thing');
});

test('an attribute that it did not answer with is missed by name', async () => {
  await using folder = await makeFolder();
  await using shop = await deploy(folder.path, {
    Thing: makeThing({ Data: { Arn: 'arn:thing' } }),
    Shower: makeMaker({
      Handler: 'index.show',
      Environment: { Variables: { SHOWN: { 'Fn::GetAtt': ['Thing', 'Url'] } } },
    }),
  });
  await expect(shop.invoke('Shop-Shower')).rejects.toThrow('The function of Thing answered without Url in its Data.');
});

test('nothing is asked of one that has not changed since the last start, and its answer is remembered', async () => {
  await using folder = await makeFolder();
  const resources = {
    Thing: makeThing({ Data: { Arn: 'arn:thing' } }),
    Probe: { Type: 'Test::Probe', Properties: { Arn: { 'Fn::GetAtt': ['Thing', 'Arn'] } } },
  };
  await using first = await deploy(folder.path, resources);
  expect(first.asked).toEqual(['Create Thing']);
  await using second = await deploy(folder.path, resources);
  expect(second.asked).toEqual([]);
  expect(second.template.resources.get('Probe')?.properties).toEqual({ Arn: 'arn:thing' });
});

test('one that has changed is updated, with its former properties', async () => {
  await using folder = await makeFolder();
  await using first = await deploy(folder.path, { Thing: makeThing({ Size: 1 }) });
  await using second = await deploy(folder.path, { Thing: makeThing({ Size: 2 }) });
  expect(first.asked).toEqual(['Create Thing']);
  expect(second.requests).toMatchObject([
    {
      RequestType: 'Update',
      PhysicalResourceId: 'Thing-made',
      ResourceProperties: { ServiceToken, Size: '2' },
      OldResourceProperties: { ServiceToken, Size: '1' },
    },
  ]);
});

test('an update that answers with another physical id has the former thing deleted in the end', async () => {
  await using folder = await makeFolder();
  await using first = await deploy(folder.path, { Thing: makeThing({ Id: 'old' }), Other: makeThing() });
  await using second = await deploy(folder.path, { Thing: makeThing({ Id: 'new' }), Other: makeThing({ Size: 1 }) });
  expect(first.asked).toEqual(['Create Thing', 'Create Other']);
  expect(second.asked).toEqual(['Update Thing', 'Update Other', 'Delete Thing']);
  expect(second.requests[2]).toMatchObject({ PhysicalResourceId: 'old', ResourceProperties: { Id: 'old' } });
  await using third = await deploy(folder.path, { Thing: makeThing({ Id: 'new' }), Other: makeThing({ Size: 1 }) });
  expect(third.asked).toEqual([]);
});

test('those that the template has no longer are deleted, the last made first', async () => {
  await using folder = await makeFolder();
  const Second = makeThing({ First: { Ref: 'First' } });
  await using first = await deploy(folder.path, { Second, First: makeThing() });
  expect(first.asked).toEqual(['Create First', 'Create Second']);
  await using second = await deploy(folder.path, {});
  expect(second.asked).toEqual(['Delete Second', 'Delete First']);
  await using third = await deploy(folder.path, {});
  expect(third.asked).toEqual([]);
});

test('one whose function the template has no longer either is forgotten, which is told', async () => {
  await using folder = await makeFolder();
  const Thing = makeThing({ ServiceToken: { 'Fn::GetAtt': ['Gone', 'Arn'] } });
  await using first = await deploy(folder.path, { Thing, Gone: makeMaker() });
  expect(first.failure).toBeUndefined();
  await using second = await deploy(folder.path, {});
  expect(second.failure).toBeUndefined();
  expect(second.reports.join()).toMatch(/Thing \(Custom::Thing\) could not be deleted: There is no function .*Gone/);
});

test.each<[string, Record<string, unknown>]>([
  ['DependsOn', { Later: makeThing({}, { DependsOn: 'Base' }) }],
  ['Fn::GetAtt', { Later: makeThing({ Base: { 'Fn::GetAtt': ['Base', 'Arn'] } }) }],
  ['Fn::Sub', { Later: makeThing({ Base: { 'Fn::Sub': 'of ${Base.Arn}' } }) }],
  [
    'the environment of its function',
    {
      Later: makeThing({ ServiceToken: { 'Fn::GetAtt': ['Builder', 'Arn'] } }),
      Builder: makeMaker({ Environment: { Variables: { BASE: { Ref: 'Base' } } } }),
    },
  ],
])('one waits for another that it depends on by %s', async (_by, resources) => {
  await using folder = await makeFolder();
  await using shop = await deploy(folder.path, { ...resources, Base: makeThing({ Data: { Arn: 'arn:base' } }) });
  expect(shop.failure).toBeUndefined();
  expect(shop.asked).toEqual(['Create Base', 'Create Later']);
});

test('one that fails stops the start with its reason, and is created anew by the next', async () => {
  await using folder = await makeFolder();
  await using first = await deploy(folder.path, {
    Good: makeThing(),
    Thing: makeThing({ Fail: 'the account is closed' }),
  });
  expect(first.failure).toBe('Thing (Custom::Thing) could not be created: the account is closed');
  await using second = await deploy(folder.path, { Good: makeThing(), Thing: makeThing() });
  expect(second.asked).toEqual(['Create Thing']);
  await using third = await deploy(folder.path, { Good: makeThing(), Thing: makeThing({ Fail: 'no' }) });
  expect(third.failure).toBe('Thing (Custom::Thing) could not be updated: no');
});

test('one that does not answer stops the start when its ServiceTimeout has passed', async () => {
  await using folder = await makeFolder();
  const clock = standingClock(0);
  const waiting = Promise.withResolvers<void>();
  const after: typeof clock.after = (delay, callback) => {
    if (delay === 30_000) waiting.resolve();
    return clock.after(delay, callback);
  };
  const deploying = deploy(
    folder.path,
    { Thing: makeThing({ Silent: 'yes', ServiceTimeout: 30 }) },
    { clock: { ...clock, after } },
  );
  await waiting.promise;
  await clock.advance(30_000);
  await using shop = await deploying;
  expect(shop.failure).toBe(
    'Thing (Custom::Thing) could not be created: its function did not answer within 30 seconds',
  );
});

test('one whose function throws is tried three times, then stops the start', async () => {
  await using folder = await makeFolder();
  await using shop = await deploy(folder.path, { Thing: makeThing({ Throw: 'no luck' }) });
  expect(shop.asked).toEqual(['Create Thing', 'Create Thing', 'Create Thing']);
  expect(shop.failure).toMatch(/^Thing .* could not be created: its function failed 3 times: Error: no luck$/);
});

test.each<[string, Record<string, unknown>, string]>([
  ['is about another request', { Answer: { RequestId: 'other' } }, 'another RequestId'],
  ['has no physical id', { Answer: { PhysicalResourceId: '' } }, 'PhysicalResourceId'],
  ['has no status', { Answer: { Status: 'DONE' } }, 'Status'],
  ['is longer than 4096 bytes', { Data: { Text: 'x'.repeat(4096) } }, 'more than 4096 bytes'],
  ['has a content type, for which its URL is not signed', { ContentType: 'application/json' }, 'refused with 403'],
])('an answer that %s is none (crpg-ref-responses)', async (...[, properties, reason]) => {
  await using folder = await makeFolder();
  await using shop = await deploy(folder.path, { Thing: makeThing(properties) });
  expect(shop.failure).toMatch(/^Thing \(Custom::Thing\) could not be created: /);
  expect(shop.failure).toContain(reason);
});

test('one may not get another ServiceToken', async () => {
  await using folder = await makeFolder();
  await using first = await deploy(folder.path, { Thing: makeThing() });
  expect(first.failure).toBeUndefined();
  const Thing = makeThing({ ServiceToken: { 'Fn::GetAtt': ['Second', 'Arn'] } });
  await using second = await deploy(folder.path, { Thing, Second: makeMaker() });
  expect(second.failure).toContain('does not let a resource have another ServiceToken');
});

test('only functions make custom resources here', async () => {
  await using folder = await makeFolder();
  const Thing = makeThing({ ServiceToken: 'arn:aws:sns:us-east-1:000000000000:Topic' });
  await using shop = await deploy(folder.path, { Thing });
  expect(shop.failure).toContain('must be the ARN of a function');
});
