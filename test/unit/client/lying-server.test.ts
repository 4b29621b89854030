import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type AccountId, type DeviceList, Message, type PairingCode, TandemError, toBase64Url } from '#protocol';
import { readAccount } from '../../../client/account.ts';
import { sealProvisioning } from '../../../client/pairing/provisioning.ts';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { approvalOf, read, setUpLinking } from './linking-computer.ts';
import { openSession, told } from './one-session.ts';
import { type Person, somebody } from './people.ts';

const body = new TextEncoder().encode('hello');
const aKey = () => newKeyPair().publicKey;

/**
 * Ada's computer, which has written to Ben, whose third list it knows, and to Cleo, at a server that tells from then on
 * whatever a test makes it say of Ben.
 */
const setUp = async () => {
  const [ben, cleo] = [somebody(), somebody()];
  const third = ben.adding(ben.both, aKey());
  const served = new Map<AccountId, DeviceList>([
    [ben.account, third],
    [cleo.account, cleo.both],
  ]);
  let changed: DeviceList[] = [];
  const all = await openSession(2, (ada) => ({
    'devices.list': ({ account }) => ({ deviceList: served.get(account) ?? ada.both }),
    'relay.send': ({ messages }) => {
      const told = changed.splice(0);
      if (told.length === 0) return { results: messages.map(({ message }) => ({ message, at: 1 })) };
      const data = { code: 'devices_changed', retryable: false, details: { deviceLists: told } };
      const error = { code: -32000, message: 'changed', data };
      return { results: messages.map(({ message }) => ({ message, error })) };
    },
  }));
  const conflicts = told(all.session, 'list_conflict');
  await all.session.send({ to: [ben.account, cleo.account], body });

  return {
    ...all,
    ben,
    cleo,
    third,
    conflicts,
    serve: (list: DeviceList) => served.set(ben.account, list),
    /** The next message is refused with these lists. */
    refuseWith: (list: DeviceList) => {
      changed = [list];
    },
    /** To which of his devices each message for Ben went so far. */
    devicesOf: (account: AccountId) =>
      all.cloud
        .calls('relay.send')
        .flatMap(({ params }) => z.array(Message).parse(params?.['messages']))
        .flatMap(({ to }) => to.filter((recipient) => recipient.account === account))
        .map(({ devices }) => devices.map(({ device }) => device)),
  };
};

type Lie = (ben: Person, third: DeviceList) => DeviceList;

/** What no history of Ben's signed lists can explain, whoever signed it. */
const forks: [string, Lie][] = [
  ['a second list of the version that is known', (ben) => ben.adding(ben.both, aKey())],
  ['a next list that does not follow the known one', (ben) => ben.next(ben.adding(ben.both, aKey()), {})],
  [
    'a later list in which an unlinked device is back under its number',
    (ben, third) => {
      const fifth = ben.next(ben.next(third, {}), {});
      return ben.next(fifth, { devices: fifth.devices.map((d) => (d.id === 3 ? { ...d, key: aKey() } : d)) });
    },
  ],
  [
    'a later list with another primary that was a companion',
    (ben, third) => {
      const fourth = ben.next(third, {});
      return ben.next(fourth, { primary: 2, devices: fourth.devices.slice(1) });
    },
  ],
];

const extra: Lie = (_, third) => ({
  ...third,
  version: 4,
  devices: [...third.devices, { id: 4, key: aKey(), linkedAt: 1 }],
});

describe('a server that lies about the devices of a contact', () => {
  test.each<[string, Lie]>([
    ['the first list again', (ben) => ben.first],
    ['the list before', (ben) => ben.both],
    ...forks,
  ])('answers with %s: nothing is sent to that account any more, and the person is told', async (_, lie) => {
    await using all = await setUp();
    const { session, ben, cleo, third, devicesOf } = all;
    all.serve(lie(ben, third));

    await expect(session.devices(ben.account)).rejects.toMatchObject({ code: 'list_conflict' });

    expect(all.conflicts).toEqual([ben.account]);
    await expect(session.send({ to: ben.account, body })).rejects.toMatchObject({ code: 'list_conflict' });
    await expect(session.signal({ to: ben.account, body })).rejects.toMatchObject({ code: 'list_conflict' });
    expect(devicesOf(ben.account)).toEqual([[1, 2, 3]]);
    await session.send({ to: cleo.account, body });
    expect(devicesOf(cleo.account)).toHaveLength(2);
  });

  test.each(forks)('refuses a message with %s: it is sent to nobody', async (_, lie) => {
    await using all = await setUp();
    all.refuseWith(lie(all.ben, all.third));

    const sent = all.session.send({ to: all.ben.account, body });

    await expect(sent).rejects.toMatchObject({ code: 'list_conflict' });
    expect(all.conflicts).toEqual([all.ben.account]);
    expect(all.devicesOf(all.ben.account)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test('says a device that Ben has not signed for: it is not believed, and nothing goes there', async () => {
    await using all = await setUp();
    const { session, ben, third } = all;
    const refused = { code: 'signature_invalid' };
    all.serve(extra(ben, third));
    await expect(session.devices(ben.account)).rejects.toMatchObject(refused);
    all.refuseWith(extra(ben, third));
    await expect(session.send({ to: ben.account, body })).rejects.toMatchObject(refused);

    await session.send({ to: ben.account, body });

    expect(new Set(all.devicesOf(ben.account).flat())).toEqual(new Set([1, 2, 3]));
    expect(all.conflicts).toEqual([]);
  });

  test('says the list of another account: it is not taken for Ben’s', async () => {
    await using all = await setUp();
    const { session, ben } = all;
    all.serve(somebody().both);
    await expect(session.devices(ben.account)).rejects.toMatchObject({ code: 'signature_invalid' });

    all.refuseWith(somebody().both);
    await session.send({ to: ben.account, body });

    expect(new Set(all.devicesOf(ben.account).map((devices) => devices.join()))).toEqual(new Set(['1,2,3']));
    expect(all.conflicts).toEqual([]);
  });

  test('shows two people two lists of one version: whoever sees both finds the fork', async () => {
    await using all = await setUp();
    const { ben, session } = all;
    const [toAda, toCleo] = [ben.adding(all.third, aKey()), ben.adding(all.third, aKey())];
    all.serve(toAda);
    expect(await session.devices(ben.account)).toEqual(toAda);

    all.refuseWith(toCleo);
    await expect(session.send({ to: ben.account, body })).rejects.toMatchObject({ code: 'list_conflict' });

    expect(all.conflicts).toEqual([ben.account]);
  });
});

describe('what is no lie', () => {
  test('a primary that was recovered is believed, and its person’s other devices are told', async () => {
    await using all = await openSession(2);
    const devices = told(all.session, 'devices');
    const conflicts = told(all.session, 'list_conflict');
    const { from } = await all.cloud.heard('devices.list');
    const list = all.ada.recovering(all.ada.both, aKey());

    from.notify('devices.changed', { deviceList: list });

    await expect.poll(() => devices).toEqual([{ list, added: list.devices.slice(1), removed: [1], recovered: true }]);
    expect(conflicts).toEqual([]);
  });

  test('a contact whose phone was recovered is written to at the new one', async () => {
    await using all = await setUp();
    all.refuseWith(all.ben.recovering(all.third, aKey()));

    await all.session.send({ to: all.ben.account, body });

    expect(all.devicesOf(all.ben.account).at(-1)).toEqual([2, 3, 4]);
    expect(all.conflicts).toEqual([]);
  });

  test('events of the own account that come late or twice alarm nobody', async () => {
    await using all = await openSession(2);
    const devices = told(all.session, 'devices');
    const conflicts = told(all.session, 'list_conflict');
    const { from } = await all.cloud.heard('devices.list');
    const third = all.ada.adding(all.ada.both, aKey());
    const fourth = all.ada.removing(third, 3);

    for (const deviceList of [fourth, third, all.ada.both, all.ada.first, fourth]) {
      from.notify('devices.changed', { deviceList });
    }
    from.notify('devices.changed', { deviceList: all.ada.next(fourth, {}) });

    await expect.poll(() => devices).toMatchObject([{ list: { version: 4 } }, { list: { version: 5 } }]);
    expect(conflicts).toEqual([]);
  });
});

type Approval = Awaited<ReturnType<typeof approvalOf>>;
const sealedFor = (person: Person, code: PairingCode, device: number) =>
  sealProvisioning({ identityKey: person.identity.publicKey, device }, code);

describe('a server that lies to a computer that is being linked', () => {
  /** What Ada's phone has approved, and what the server makes of it. */
  const lies: [string, (ada: Person, code: PairingCode, approval: Approval) => Promise<Partial<Approval>>][] = [
    ['another account’s list', async () => ({ deviceList: somebody().both })],
    [
      'a foreign list that has this computer’s key',
      async (_, { deviceKey }) => {
        const mallory = somebody();
        return { deviceList: mallory.adding(mallory.first, deviceKey) };
      },
    ],
    [
      'a foreign list with a message of its own making',
      async (_, code) => {
        const mallory = somebody();
        const forged = await sealedFor(mallory, { ...code, secret: toBase64Url(new Uint8Array(32)) }, 2);
        return { deviceList: mallory.adding(mallory.first, code.deviceKey), sealed: forged };
      },
    ],
    ['the list before, which has not this computer', async (ada) => ({ deviceList: ada.first })],
    [
      'a list that Ada has not signed',
      async (_, __, { deviceList }) => ({ deviceList: { ...deviceList, issuedAt: 1 } }),
    ],
    ['the number of another device', async (ada, code) => ({ sealed: await sealedFor(ada, code, 1) })],
    ['a number that is nobody’s', async (ada, code) => ({ sealed: await sealedFor(ada, code, 3) })],
    ['garbage', async () => ({ sealed: toBase64Url(new Uint8Array(200)) })],
  ];

  test.each(lies)('tells it %s: it links nothing', async (_, lie) => {
    const ada = somebody();
    await using all = await setUpLinking();
    const code = read(await all.linking.code());
    const approval = await approvalOf(ada, code);

    (await all.cloud.peer()).notify('pairing.approved', { ...approval, ...(await lie(ada, code, approval)) });

    await expect(all.linking.linked).rejects.toMatchObject({ code: 'provisioning_invalid' });
    expect(await readAccount(all.store)).toBeUndefined();
  });

  test.each(lies)('lets it collect %s: it links nothing', async (_, lie) => {
    const ada = somebody();
    await using all = await setUpLinking({
      'pairing.collect': async () => {
        const code = read(await all.linking.code());
        const approval = await approvalOf(ada, code);
        const { sealed, deviceList } = { ...approval, ...(await lie(ada, code, approval)) };
        return { state: 'approved', sealed, deviceList };
      },
    });
    await all.linking.code();

    (await all.cloud.peer()).terminate();

    await expect(all.linking.linked).rejects.toMatchObject({ code: 'provisioning_invalid' });
    expect(await readAccount(all.store)).toBeUndefined();
  });

  test('approves another pairing than is shown: nobody listens', async () => {
    const ada = somebody();
    await using all = await setUpLinking();
    const code = read(await all.linking.code());
    const approval = await approvalOf(ada, code);
    const peer = await all.cloud.peer();

    peer.notify('pairing.approved', { ...approval, pairing: toBase64Url(new Uint8Array(16)) });
    peer.notify('pairing.approved', approval);

    expect(await all.linking.linked).toMatchObject({ account: ada.account });
  });

  test('collects what does not fit the protocol: it is told so', async () => {
    await using all = await setUpLinking({
      'pairing.collect': (_, from) => {
        from.say({ jsonrpc: '2.0', id: all.cloud.calls('pairing.collect')[0]?.id, result: { state: 'linked' } });
        throw new TandemError('internal');
      },
    });
    await all.linking.code();

    (await all.cloud.peer()).terminate();

    await expect(all.linking.linked).rejects.toMatchObject({ code: 'answer_invalid' });
  });
});
