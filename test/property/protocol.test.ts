import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DeviceList,
  deviceListHash,
  fromBase64Url,
  judgeList,
  limits,
  messageTime,
  PublicKey,
  parseAddress,
  statement,
  succeeds,
  toBase64Url,
} from '#protocol';
import { newAccount, newKeyPair } from '../fixtures/accounts.ts';

const bytes = fc.uint8Array({ maxLength: 64 }).map((array) => Uint8Array.from(array));
const fields = fc.array(bytes, { maxLength: 6 });

const spell = ([label, values]: [string, Uint8Array[]]) => [label, ...values.map((value) => value.join())].join(';');

test('two different statements never share their bytes', () => {
  const labels = fc.constantFrom<Parameters<typeof statement>[0]>(
    'device-list',
    'register',
    'recover',
    'delete',
    'collect',
    'cancel',
    'pairing',
    'recovery',
  );
  const statements = fc.tuple(labels, fields);
  fc.assert(
    fc.property(statements, statements, (a, b) => {
      const equal = Buffer.compare(statement(...a), statement(...b)) === 0;
      expect(equal).toBe(spell(a) === spell(b));
    }),
  );
});

test('base64url reads back what it wrote, as Node’s own does', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(toBase64Url(value)).toBe(Buffer.from(value).toString('base64url'));
      expect(fromBase64Url(toBase64Url(value))).toEqual(value);
    }),
  );
});

test('a key has one spelling: whatever the schema takes, encodes back to itself', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const text = fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: 42, maxLength: 44 });
  fc.assert(
    fc.property(text, (value) => {
      const canonical =
        Buffer.from(value, 'base64url').length === 32 &&
        Buffer.from(value, 'base64url').toString('base64url') === value;
      expect(PublicKey.safeParse(value).success).toBe(canonical);
    }),
  );
});

test('an address reads back as its account and device', () => {
  const { account } = newAccount();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999 }), (device) => {
      expect(parseAddress(`${account}.${device}`)).toEqual({ account, device });
    }),
  );
});

test('a UUIDv7 tells its time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (at) => {
      const hex = at.toString(16).padStart(12, '0');
      expect(messageTime(`${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`)).toBe(at);
    }),
  );
});

const keys = Array.from({ length: 16 }, () => newKeyPair().publicKey);

/** A history of an account: what each step of it should be, and the list that it makes. */
const histories = fc.array(fc.nat({ max: 20 }), { maxLength: 12 }).map((steps) => {
  const { first, adding, removing, recovering, next } = newAccount(0);
  const history: { kind: string; list: DeviceList }[] = [{ kind: 'first', list: first }];
  let list = first;
  for (const [i, step] of steps.entries()) {
    const device = list.devices[step];
    const [kind, made] =
      step === 20
        ? (['renewed', next(list, {})] as const)
        : device === undefined
          ? (['added', adding(list, keys[i] ?? '')] as const)
          : device.id === list.primary
            ? (['recovered', recovering(list, keys[i] ?? '')] as const)
            : (['removed', removing(list, device.id)] as const);
    list = made;
    if (list.devices.length > limits.devices) break;
    history.push({ kind, list });
  }
  return { history, next };
});

test('any history of links, unlinks, recoveries and renewals succeeds step by step, and gives no number twice', () => {
  fc.assert(
    fc.property(histories, ({ history }) => {
      const given = new Set([1]);
      for (const [i, { kind, list }] of history.entries()) {
        const before = history[i - 1]?.list;
        if (before === undefined) continue;
        const succession = succeeds(before, list);
        expect(succession.kind).toBe(kind);
        expect(list.previous).toBe(deviceListHash(before));
        if (!('device' in succession)) continue;
        expect(given.has(succession.device.id)).toBe(false);
        given.add(succession.device.id);
      }
    }),
    { numRuns: 50 },
  );
});

test('whoever was away takes every later list of a history, and no list that brings a number back', () => {
  fc.assert(
    fc.property(histories, fc.nat(), fc.nat(), ({ history, next }, one, other) => {
      const [from, to] = [one % history.length, other % history.length].toSorted((a, b) => a - b);
      const [trusted, list] = [history[from ?? 0]?.list, history[to ?? 0]?.list];
      if (trusted === undefined || list === undefined || trusted === list) return;
      expect(judgeList(trusted, list)).toBe('newer');

      const ids = new Set(list.devices.map(({ id }) => id));
      const gone = Array.from({ length: trusted.version }, (_, i) => i + 1).find((id) => !ids.has(id));
      if (gone === undefined) return;
      const back = { id: gone, key: newKeyPair().publicKey, linkedAt: 0 };
      const devices = [...list.devices, back].toSorted((a, b) => a.id - b.id);
      expect(judgeList(trusted, next(list, { version: list.version + 1, devices }))).toBe('conflict');
    }),
    { numRuns: 100 },
  );
});
