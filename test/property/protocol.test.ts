import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deviceListHash,
  fromBase64Url,
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
  const labels = fc.constantFrom('register' as const, 'collect' as const, 'pairing' as const, 'device-list' as const);
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

test('any history of links and unlinks succeeds step by step, and never gives a number twice', () => {
  const keys = Array.from({ length: 12 }, () => newKeyPair().publicKey);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 12 }), (steps) => {
      const { first, adding, removing } = newAccount(0);
      const given = new Set([1]);
      let list = first;
      for (const [i, step] of steps.entries()) {
        const victim = list.devices[step];
        const unlink = victim !== undefined && victim.id !== list.primary;
        const next = unlink ? removing(list, victim.id) : adding(list, keys[i] ?? '');
        const succession = succeeds(list, next);
        expect(succession.kind).toBe(unlink ? 'removed' : 'added');
        if (succession.kind === 'added') {
          expect(given.has(succession.device.id)).toBe(false);
          given.add(succession.device.id);
        }
        expect(next.previous).toBe(deviceListHash(list));
        list = next;
      }
    }),
    { numRuns: 50 },
  );
});
