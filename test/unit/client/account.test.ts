import { describe, expect, test } from 'vitest';
import { deleteStatement, deviceListHash, methods, TandemError, verify } from '#protocol';
import { openBackup } from '../../../client/recovery/backup.ts';
import { readRecoveryCode } from '../../../client/recovery/recovery-code.ts';
import { resume } from '../../../client/resume.ts';
import { openSession } from './one-session.ts';
import { jwkOf } from './people.ts';

describe('exporting the recovery', () => {
  test('the primary gives a code and a backup of the account’s key and current list', async () => {
    await using all = await openSession(1);

    const { code, backup } = await all.session.exportRecovery();

    expect(await openBackup(backup, readRecoveryCode(code))).toEqual({
      identityKey: jwkOf(all.ada.identity),
      version: 2,
      hash: deviceListHash(all.ada.both),
    });
  });

  test('the code is in no store, and each export has one of its own', async () => {
    await using all = await openSession(1);

    const [one, two] = [await all.session.exportRecovery(), await all.session.exportRecovery()];

    expect(one.code).not.toBe(two.code);
    await expect(openBackup(one.backup, readRecoveryCode(two.code))).rejects.toMatchObject({
      code: 'recovery_backup_invalid',
    });
    const kept = JSON.stringify(await all.store.list(''));
    for (const text of [one.code, one.backup]) expect(kept).not.toContain(text);
  });

  test('a companion has nothing to export', async () => {
    await using all = await openSession(2);

    await expect(all.session.exportRecovery()).rejects.toMatchObject({ code: 'companions_refused' });
  });
});

describe('deleting the account', () => {
  test('the primary signs for it, and forgets everything', async () => {
    await using all = await openSession(1, () => ({ 'account.delete': () => ({}) }));
    const { ada, cloud, store } = all;

    await all.session.deleteAccount({ confirmed: ada.account });

    const [call] = cloud.calls('account.delete');
    const { at, signature } = methods['account.delete'].params.parse(call?.params);
    const statement = deleteStatement(new URL(cloud.endpoint).host, at, ada.account);
    expect(await verify(ada.identity.publicKey, signature, statement)).toBe(true);
    expect(await store.list('')).toEqual([]);
    expect(await resume({ store })).toBeUndefined();
  });

  test('wants the person’s word, and is the primary’s alone', async () => {
    await using phone = await openSession(1);
    await using computer = await openSession(2);

    const wrong = phone.session.deleteAccount({ confirmed: computer.ada.account });
    await expect(wrong).rejects.toMatchObject({ code: 'deletion_unconfirmed' });
    const companion = computer.session.deleteAccount({ confirmed: computer.ada.account });
    await expect(companion).rejects.toMatchObject({ code: 'companions_refused' });
    for (const { cloud } of [phone, computer]) expect(cloud.calls('account.delete')).toEqual([]);
  });

  test('whose answer was lost is done when the next says that the device is unlinked', async () => {
    await using all = await openSession(1, () => ({
      'account.delete': (_, from) => {
        if (all.cloud.calls('account.delete').length > 1) throw new TandemError('unlinked');
        from.terminate();
        return {};
      },
    }));

    await all.session.deleteAccount({ confirmed: all.ada.account });

    expect(await all.store.list('')).toEqual([]);
  });

  test('whose answer was lost in an earlier run is done, and says so', async () => {
    await using all = await openSession(1, () => ({
      'session.time': () => {
        throw new TandemError('unlinked');
      },
    }));
    await all.store.put({ deleting: true });

    await all.session.deleteAccount({ confirmed: all.ada.account });

    expect(await all.store.list('')).toEqual([]);
  });

  test('is not claimed by a phone that somebody else’s recovery has unlinked before', async () => {
    await using all = await openSession(1, () => ({ 'account.delete': () => ({}) }));
    const ended = new Promise((resolve) => all.session.on('unlinked', resolve));
    (await all.cloud.peer()).notify('session.revoked', {});
    await ended;

    const deletion = all.session.deleteAccount({ confirmed: all.ada.account });

    await expect(deletion).rejects.toMatchObject({ code: 'unlinked' });
    expect(await all.store.list('')).not.toEqual([]);
  });

  test('that fails leaves everything as it was', async () => {
    await using all = await openSession(1, () => ({
      'account.delete': () => {
        throw new TandemError('signature_invalid');
      },
    }));

    const deletion = all.session.deleteAccount({ confirmed: all.ada.account });

    await expect(deletion).rejects.toMatchObject({ code: 'signature_invalid' });
    expect(await all.store.get('account')).toMatchObject({ registered: true });
  });
});
