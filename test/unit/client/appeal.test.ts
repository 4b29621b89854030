import { expect, test } from 'vitest';
import { TandemError } from '#protocol';
import { Connection } from '../../../client/connection/connection.ts';
import { ServerClock } from '../../../client/connection/server-clock.ts';
import { ClientError } from '../../../client/errors.ts';
import { type Rules, startCloud } from './cloud.ts';
import { manualPlatform } from './manual-platform.ts';
import { openSession, told } from './one-session.ts';
import { somebody } from './people.ts';

/** A device's connection; `appeals` says in turn what becomes of its appeals. */
const connect = (endpoint: string, appeals: readonly (boolean | ClientError)[]) => {
  const platform = manualPlatform();
  const person = somebody();
  const credentials = { address: person.addressOn(1), key: person.accountOn(1, endpoint).deviceKey };
  let made = 0;
  const appeal = async () => {
    const outcome = appeals[made] ?? false;
    made += 1;
    if (typeof outcome !== 'boolean') throw outcome;
    return outcome;
  };
  const serverClock = new ServerClock(platform.clock);
  const connection = new Connection({ endpoint, platform, serverClock, credentials, appeal });
  const ended = new Promise((resolve) => connection.on('ended', resolve));
  connection.open();
  return { connection, ended, made: () => made, [Symbol.dispose]: () => connection.close() };
};

/** A cloud that has forgotten a device until it is told again. */
const forgetful = (isKnown: () => boolean, found = { envelopes: [] }): Rules => ({
  'relay.sync': () => {
    if (!isKnown()) throw new TandemError('unlinked');
    return found;
  },
});

test('a device whose appeal is heard connects anew, and what it called for is answered', async () => {
  await using cloud = await startCloud({ rules: forgetful(() => client.made() > 0) });
  using client = connect(cloud.endpoint, [true]);

  const calls = [1, 2].map(() => client.connection.call('relay.sync', {}));

  expect(await Promise.all(calls)).toEqual([{ envelopes: [] }, { envelopes: [] }]);
  expect(client.made()).toBe(1);
  expect(cloud.offers).toHaveLength(2);
});

test('a device that may not even connect appeals too', async () => {
  await using cloud = await startCloud({ admit: (token) => token === undefined || client.made() > 0 });
  using client = connect(cloud.endpoint, [true]);

  await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ protocol: 'tandem.v1' });
});

test('one whose appeal is not heard, or is of no use, is unlinked', async () => {
  await using cloud = await startCloud({ admit: (token) => token === undefined });
  for (const appeals of [[false], [new ClientError('list_conflict')], [true, true]]) {
    using client = connect(cloud.endpoint, appeals);
    expect(await client.ended).toBe('unlinked');
    expect(client.made()).toBe(1);
  }
});

test('while the network fails, or a cloud registers nobody, nothing is decided', async () => {
  await using cloud = await startCloud({ admit: (token) => token === undefined || client.made() > 2 });
  using client = connect(cloud.endpoint, [new ClientError('timeout'), new ClientError('registration_closed'), true]);

  await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ protocol: 'tandem.v1' });
  expect(client.made()).toBe(3);
});

test('what a session shows is its newest list, and what it believes is the list that it is answered', async () => {
  const shown: unknown[] = [];
  await using one = await openSession(2, (ada) => ({
    ...forgetful(() => false),
    'account.restore': ({ deviceList }) => {
      shown.push(deviceList);
      return { deviceList: ada.removing(ada.both, 2) };
    },
  }));
  const [devices, unlinked] = [told(one.session, 'devices'), told(one.session, 'unlinked')];
  one.session.receive(() => undefined);

  await expect.poll(() => unlinked).toHaveLength(1);
  expect(shown).toEqual([one.ada.both]);
  expect(devices).toMatchObject([{ removed: [2] }]);
});
