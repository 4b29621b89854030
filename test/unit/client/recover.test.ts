import { describe, expect, test } from 'vitest';
import {
  DeviceList,
  deviceListHash,
  type ErrorCode,
  isSignedBy,
  type Params,
  recoverStatement,
  succeeds,
  TandemError,
  verify,
} from '#protocol';
import { readAccount, readOwnList } from '../../../client/account.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { recover } from '../../../client/recover.ts';
import { sealBackup } from '../../../client/recovery/backup.ts';
import { formatRecoveryCode, newRecoverySecret } from '../../../client/recovery/recovery-code.ts';
import { resume } from '../../../client/resume.ts';
import type { Store } from '../../../client/store.ts';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { startCloud } from './cloud.ts';
import { failureOf } from './failure-of.ts';
import { jwkOf, type Person, somebody } from './people.ts';

/** What a person has kept who exported when `list` was current. */
const kept = async ({ identity }: Person, list: DeviceList) => {
  const secret = newRecoverySecret();
  const recovery = { identityKey: jwkOf(identity), version: list.version, hash: deviceListHash(list) };
  return { code: formatRecoveryCode(secret), backup: await sealBackup(recovery, { secret }) };
};

type Rule = (asked: DeviceList, calls: number) => { device: number };

/** A server that tells its list to whoever does not build on it, as ours does. */
const honest =
  (current: DeviceList): Rule =>
  (asked) => {
    if (succeeds(current, asked).kind !== 'recovered') throw new TandemError('list_conflict', { deviceList: current });
    return { device: asked.primary };
  };

const refuse =
  (code: ErrorCode): Rule =>
  () => {
    throw new TandemError(code);
  };

/** A new phone that recovers an account, and what the cloud hears of it. */
const recovering = async (person: Person, rule: Rule, { store = memoryStore(), exported = person.both } = {}) => {
  const seen: Params<'account.recover'>[] = [];
  const cloud = await startCloud({
    rules: {
      'account.recover': (params) => {
        seen.push(params);
        return rule(params.deviceList, seen.length);
      },
    },
  });
  const recovered = recover({ endpoint: cloud.endpoint, store, ...(await kept(person, exported)) });
  recovered.catch(() => undefined);
  return { cloud, seen, store, recovered };
};

const keyIn = async (store: Store) => (await readAccount(store))?.deviceKey.x;

describe('recovering', () => {
  test('a new phone becomes the primary in the place of the former, and the companions stay', async () => {
    const ada = somebody();
    const { cloud, seen, store, recovered } = await recovering(ada, honest(ada.both));
    await using _ = cloud;
    await using session = await recovered;

    const deviceList = DeviceList.parse(seen.at(-1)?.deviceList);
    const device = { id: 3, key: await keyIn(store) };
    expect(succeeds(ada.both, deviceList)).toMatchObject({ kind: 'recovered', former: 1, device });
    expect(deviceList.devices.map(({ id }) => id)).toEqual([2, 3]);
    expect(await isSignedBy(ada.account, deviceList)).toBe(true);
    expect(session).toMatchObject({ account: ada.account, device: 3, isPrimary: true });
    const account = await readAccount(store);
    expect(account).toMatchObject({ device: 3, registered: true, identityKey: jwkOf(ada.identity) });
    expect(account && (await readOwnList(store, account))).toEqual(deviceList);
    expect((await cloud.peer(2)).token).toBeDefined();
  });

  test('each list that it asks with is signed for this cloud and this time', async () => {
    const ada = somebody();
    const { cloud, seen, recovered } = await recovering(ada, honest(ada.both));
    await using _ = cloud;
    await using __ = await recovered;

    expect(seen).toHaveLength(2);
    for (const { deviceList, at, signature } of seen) {
      const statement = recoverStatement(new URL(cloud.endpoint).host, at, deviceList);
      expect(await verify(ada.identity.publicKey, signature, statement)).toBe(true);
    }
  });

  test('the first list that it signs names no device but itself: nothing could bring an unlinked one back', async () => {
    const ada = somebody();
    const { cloud, seen, store, recovered } = await recovering(ada, honest(ada.both));
    await using _ = cloud;
    await using __ = await recovered;

    expect(seen[0]?.deviceList.devices.map(({ key }) => key)).toEqual([await keyIn(store)]);
  });

  test('when another list comes first, it is built upon', async () => {
    const ada = somebody();
    const grown = ada.adding(ada.both, newKeyPair().publicKey);
    const { cloud, seen, recovered } = await recovering(ada, (asked, calls) =>
      honest(calls === 1 ? ada.both : grown)(asked, calls),
    );
    await using _ = cloud;
    await using session = await recovered;

    expect(session.device).toBe(4);
    const last = DeviceList.parse(seen.at(-1)?.deviceList);
    expect(succeeds(grown, last)).toMatchObject({ kind: 'recovered', former: 1 });
  });

  test('an account that has changed since the export is recovered as it is now', async () => {
    const ada = somebody();
    const now = ada.removing(ada.adding(ada.both, newKeyPair().publicKey), 2);
    const { cloud, recovered } = await recovering(ada, honest(now));
    await using _ = cloud;
    await using session = await recovered;

    expect(session.device).toBe(5);
  });
});

describe('a recovery that was cut off', () => {
  test('goes on with the same key, which was in the store before it was used', async () => {
    const ada = somebody();
    const store = memoryStore();
    const during: unknown[] = [];
    const first = await recovering(
      ada,
      () => {
        void keyIn(store).then((key) => during.push(key));
        throw new TandemError('account_unknown');
      },
      { store },
    );
    await using _ = first.cloud;
    await expect(first.recovered).rejects.toMatchObject({ code: 'account_unknown' });
    expect(await resume({ store })).toBeUndefined();

    const second = await recovering(ada, honest(ada.both), { store });
    await using __ = second.cloud;
    await using session = await second.recovered;

    const key = first.seen[0]?.deviceList.devices[0]?.key;
    expect(during).toEqual([key]);
    expect(second.seen.at(-1)?.deviceList.devices.at(-1)).toMatchObject({ id: session.device, key });
  });

  test('after it had come through is found done: nothing more is signed', async () => {
    const ada = somebody();
    const store = memoryStore();
    let current = ada.both;
    const first = await recovering(
      ada,
      (asked, calls) => {
        const answer = honest(current)(asked, calls);
        current = asked;
        if (answer.device > 0) throw new TandemError('account_unknown');
        return answer;
      },
      { store },
    );
    await using _ = first.cloud;
    await failureOf(first.recovered);

    const second = await recovering(ada, honest(current), { store });
    await using __ = second.cloud;
    await using session = await second.recovered;

    expect(session.device).toBe(3);
    expect(second.seen.map(({ deviceList }) => deviceList.version)).toEqual([1]);
    expect(await store.get(`list/${ada.account}`)).toEqual(current);
  });

  test('does not stand in the way of another account, but a linked device does', async () => {
    const [ada, ben] = [somebody(), somebody()];
    const store = memoryStore();
    const first = await recovering(ada, refuse('account_unknown'), { store });
    await using _ = first.cloud;
    await failureOf(first.recovered);
    const second = await recovering(ben, honest(ben.both), { store });
    await using __ = second.cloud;
    await using session = await second.recovered;
    expect(session.account).toBe(ben.account);

    const third = await recovering(ada, honest(ada.both), { store });
    await using ___ = third.cloud;
    await expect(third.recovered).rejects.toMatchObject({ code: 'already_linked' });
  });
});

describe('what a person has kept', () => {
  const nowhere = 'ws://127.0.0.1:1/';

  test('is checked before anybody is asked: a typo, another code, a damaged backup', async () => {
    const ada = somebody();
    const [mine, other] = [await kept(ada, ada.both), await kept(ada, ada.both)];
    const store = memoryStore();
    const attempt = (given: object) => recover({ endpoint: nowhere, store, ...mine, ...given });

    await expect(attempt({ code: `${mine.code}X` })).rejects.toMatchObject({ code: 'recovery_code_invalid' });
    await expect(attempt({ code: other.code })).rejects.toMatchObject({ code: 'recovery_backup_invalid' });
    await expect(attempt({ backup: mine.backup.slice(0, -4) })).rejects.toMatchObject({
      code: 'recovery_backup_invalid',
    });
    await expect(attempt({ endpoint: 'https://cloud.example' })).rejects.toMatchObject({ code: 'endpoint_invalid' });
    expect(await store.list('')).toEqual([]);
  });

  test.each(['account_gone', 'account_unknown'] as const)(
    'is of no use to an account of which is said: %s',
    async (code) => {
      const { cloud, recovered } = await recovering(somebody(), refuse(code));
      await using _ = cloud;

      await expect(recovered).rejects.toMatchObject({ code });
    },
  );
});

describe('a server that lies to a recovering phone', () => {
  const ada = somebody();
  const third = ada.adding(ada.both, newKeyPair().publicKey);
  const grown = ada.adding(third, newKeyPair().publicKey);

  test.each<[string, string, Rule]>([
    ['of an older list than the backup remembers', 'list_conflict', honest(ada.both)],
    ['of a fork of the list that it remembers', 'list_conflict', honest(ada.adding(ada.both, newKeyPair().publicKey))],
    [
      'of a list that follows a fork',
      'list_conflict',
      honest(ada.next(ada.adding(ada.both, newKeyPair().publicKey), {})),
    ],
    ['of another account’s list', 'signature_invalid', honest(somebody().both)],
    ['of a list that nobody signed', 'signature_invalid', honest({ ...third, issuedAt: third.issuedAt + 1 })],
    [
      'with a list, and then one that does not follow it',
      'list_conflict',
      (asked, calls) => honest(calls === 1 ? grown : third)(asked, calls),
    ],
    [
      'with a new list again and again',
      'list_conflict',
      (_, calls) => {
        const deviceList = Array.from({ length: calls }).reduce<DeviceList>((list) => ada.next(list, {}), third);
        throw new TandemError('list_conflict', { deviceList });
      },
    ],
    ['that it has done what it cannot', 'answer_invalid', ({ primary }) => ({ device: primary })],
    [
      'of another number',
      'answer_invalid',
      (asked, calls) => (calls === 1 ? honest(third)(asked, calls) : { device: asked.primary + 1 }),
    ],
  ])('%s is caught: %s', async (_, code, rule) => {
    const { cloud, store, recovered } = await recovering(ada, rule, { exported: third });
    await using __ = cloud;

    await expect(recovered).rejects.toMatchObject({ code });
    expect(await resume({ store })).toBeUndefined();
  });
});
