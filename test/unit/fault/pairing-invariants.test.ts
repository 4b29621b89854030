/** That the check of `npm run check:pairing` finds what must not be: a server that did it right, spoilt in one way each. */
import { expect, test } from 'vitest';
import type { DeviceList, ErrorCode } from '#protocol';
import { toErrorObject } from '../../../functions/shared/error-object.ts';
import { TandemError } from '#protocol';
import type { Evidence } from '../../fault/pairing/evidence.ts';
import { checkInvariants } from '../../fault/pairing/invariants.ts';
import type { Ask, Outcome } from '../../fault/pairing/journal.ts';
import { newAccount, newKeyPair } from '../../fixtures/accounts.ts';

const at = 1_800_000_000_000;
const pairing = Buffer.alloc(16, 1).toString('base64url');
const signature = Buffer.alloc(64).toString('base64url');
const [sealed, otherSealed] = ['c2VhbGVk', 'b3RoZXI'];

const done = <T>(result: T) => ({ kind: 'done' as const, result });
const refused = (code: ErrorCode, details?: unknown): Outcome => ({
  kind: 'refused',
  error: toErrorObject(new TandemError(code, details), ''),
});

/** A computer is linked by a phone, and was told of it. */
const linked = () => {
  const ada = newAccount(at);
  const { account, first } = ada;
  const computer = newKeyPair();
  const second = ada.adding(first, computer.publicKey);
  const phone = { by: 'phone', as: `${account}.1`, hostile: false, at } as const;
  const guest = { by: 'computer', as: undefined, hostile: false, at } as const;
  const approval = { pairing, deviceList: second, sealed };
  const asks: Ask[] = [
    {
      ...guest,
      by: 'phone',
      method: 'account.register',
      params: { deviceList: first, at, signature },
      outcome: done({ account, device: 1 }),
    },
    {
      ...guest,
      method: 'pairing.open',
      params: { deviceKey: computer.publicKey },
      outcome: done({ pairing, expiresAt: at + 60_000 }),
    },
    {
      ...phone,
      method: 'pairing.scan',
      params: { pairing },
      outcome: done({
        deviceKey: computer.publicKey,
        decideBy: at + 180_000,
        companion: { address: '127.0.0.2', sameNetwork: false },
      }),
    },
    { ...phone, method: 'pairing.approve', params: approval, outcome: done({ device: 2 }) },
    {
      ...guest,
      method: 'pairing.collect',
      params: { pairing, at, signature },
      outcome: done({ state: 'approved', sealed, deviceList: second }),
    },
  ];
  const devices = second.devices.map(({ id, key }) => ({ device: id, key }));
  const stored = {
    state: 'approved' as const,
    deviceKey: computer.publicKey,
    account,
    expiresAt: at + 60_000,
    decideBy: at + 180_000,
    collectBy: at + 600_000,
    device: 2,
    sealed,
    deviceList: second,
  };
  const evidence: Evidence = {
    now: at + 1000,
    asks,
    heard: [{ by: 'computer', event: 'pairing.approved', params: approval }],
    accounts: new Map([[account, { list: second, isDeleted: false, devices }]]),
    pairings: new Map([[pairing, stored]]),
  };
  return { ada, account, first, second, computer, asks, devices, stored, evidence, phone, guest };
};
type Linked = ReturnType<typeof linked>;

test('nothing is found where everything was right', async () => {
  expect(await checkInvariants(linked().evidence)).toEqual([]);
});

const holding = ({ account, evidence }: Linked, list: DeviceList, devices: Linked['devices']): Evidence => ({
  ...evidence,
  accounts: new Map([[account, { list, isDeleted: false, devices }]]),
});
const storing = ({ stored, evidence }: Linked, change: Partial<Linked['stored']>): Evidence => ({
  ...evidence,
  pairings: new Map([[pairing, { ...stored, ...change }]]),
});

const spoilt: Record<string, [(right: Linked) => Evidence, RegExp]> = {
  'a pairing approved without its list': [
    (right) => ({ ...holding(right, right.first, right.devices.slice(0, 1)), asks: right.asks.slice(0, 3), heard: [] }),
    /is approved, and v2\/.* was never current/,
  ],
  'a list without its device': [
    (right) => holding(right, right.second, right.devices.slice(0, 1)),
    /^device 2 is in v2\/.*, and not linked$/,
  ],
  'a device without its list': [
    (right) => holding(right, right.second, [...right.devices, { device: 3, key: newKeyPair().publicKey }]),
    /^device 3 is linked, and not in v2/,
  ],
  'a device with another key': [
    (right) => holding(right, right.second, [...right.devices.slice(0, 1), { device: 2, key: newKeyPair().publicKey }]),
    /^device 2 is linked, and not in v2/,
  ],
  'a device that outlives its account': [
    (right) => ({
      ...right.evidence,
      accounts: new Map([[right.account, { list: undefined, isDeleted: true, devices: right.devices }]]),
    }),
    /^device 2 outlives its account$/,
  ],
  'an account that is deleted and lives': [
    (right) => ({
      ...right.evidence,
      accounts: new Map([[right.account, { list: right.second, isDeleted: true, devices: right.devices }]]),
    }),
    / is half deleted$/,
  ],
  'a list without a pairing': [
    (right) => ({ ...right.evidence, pairings: new Map([[pairing, { ...right.stored, state: 'denied' as const }]]) }),
    /links a device by 0 pairings/,
  ],
  'two codes that link one device': [
    (right) => ({
      ...right.evidence,
      pairings: new Map([
        [pairing, right.stored],
        ['another', right.stored],
      ]),
    }),
    /links a device by 2 pairings/,
  ],
  'a code that links another key than opened it': [
    (right) => storing(right, { deviceKey: newKeyPair().publicKey }),
    /links another key than it was opened with/,
  ],
  'a code that links to two accounts': [
    (right) => storing(right, { account: newAccount(at).account }),
    /links to another account/,
  ],
  'a list that the account has not signed': [
    (right) => holding(right, { ...right.second, signature: right.first.signature }, right.devices),
    /is not signed by/,
  ],
  'a list that nobody has asked for': [
    (right) => holding(right, right.ada.next(right.second, {}), right.devices),
    /^nobody has asked for v3/,
  ],
  'a list that is no successor': [
    (right) => {
      const skipping = right.ada.next(right.second, { version: 4 });
      const asked: Ask = {
        ...right.phone,
        method: 'devices.update',
        params: { deviceList: skipping },
        outcome: done({}),
      };
      return { ...holding(right, skipping, right.devices), asks: [...right.asks, asked] };
    },
    /may not follow v2.*version 4 after 2/,
  ],
  'a device added without its phone’s approval': [
    (right) => {
      const params = { deviceList: right.second };
      const asked: Ask = { ...right.phone, method: 'devices.update', params, outcome: done({}) };
      return { ...right.evidence, asks: [...right.asks.filter(({ method }) => method !== 'pairing.approve'), asked] };
    },
    /has added by devices\.update/,
  ],
  'a list that took effect though it was refused': [
    (right) => ({
      ...right.evidence,
      asks: right.asks.map((ask) =>
        ask.method === 'pairing.approve' ? { ...ask, outcome: refused('pairing_expired') } : ask,
      ),
    }),
    /was refused to whoever asked/,
  ],
  'a list said to be current that leads nowhere': [
    (right) => {
      const fork = right.ada.next(right.first, { issuedAt: at + 1 });
      const outcome = refused('list_conflict', { deviceList: fork });
      return { ...right.evidence, asks: [...right.asks, { ...right.phone, ...updating(fork), outcome }] };
    },
    /was said to be current, and leads not to v2/,
  ],
  'an update that was answered and not done': [
    (right) => {
      const renewed = right.ada.next(right.second, { issuedAt: at + 1 });
      return { ...right.evidence, asks: [...right.asks, { ...right.phone, ...updating(renewed), outcome: done({}) }] };
    },
    /^v3\/.* was said to be current, and leads not to v2/,
  ],
  'something sealed that no phone has sent': [
    (right) => storing(right, { sealed: otherSealed }),
    /holds what no phone has sent/,
  ],
  'a companion that got what no phone has sent': [
    (right) => ({
      ...right.evidence,
      heard: [
        {
          by: 'computer',
          event: 'pairing.approved',
          params: { pairing, deviceList: right.second, sealed: otherSealed },
        },
      ],
    }),
    /got what no phone has sealed/,
  ],
  'somebody else who got it': [
    (right) => ({
      ...right.evidence,
      heard: right.evidence.heard.map((told) => ({ ...told, by: 'stranger' })),
    }),
    /^stranger got what was sealed for computer$/,
  ],
  'a hostile call that was done': [
    (right) => ({
      ...right.evidence,
      asks: right.asks.map((ask) => (ask.method === 'pairing.scan' ? { ...ask, hostile: true } : ask)),
    }),
    /^pairing\.scan of phone must not be done$/,
  ],
  'a denial that did not last': [
    (right) => {
      const denied: Ask = { ...right.phone, method: 'pairing.deny', params: { pairing }, outcome: done({}) };
      return { ...right.evidence, asks: [...right.asks, denied] };
    },
    /^pairing\.deny for pairing .*, which is approved$/,
  ],
  'a withdrawal that nobody has asked for': [
    (right) => ({
      ...right.evidence,
      asks: right.asks.slice(0, 2),
      heard: [],
      accounts: new Map([[right.account, { list: right.first, isDeleted: false, devices: right.devices.slice(0, 1) }]]),
      pairings: new Map([
        [pairing, { state: 'cancelled' as const, deviceKey: right.computer.publicKey, expiresAt: at + 60_000 }],
      ]),
    }),
    /was cancelled by another$/,
  ],
  'a phone that was told of another key': [
    (right) => ({
      ...right.evidence,
      asks: right.asks.map((ask) =>
        ask.method === 'pairing.open' ? { ...ask, params: { deviceKey: newKeyPair().publicKey } } : ask,
      ),
    }),
    /was told of another key/,
  ],
  'a device that has left and is linked': [
    (right) => {
      const left: Ask = {
        ...right.phone,
        as: `${right.account}.2`,
        method: 'devices.leave',
        params: {},
        outcome: done({}),
      };
      return { ...right.evidence, asks: [...right.asks, left] };
    },
    /^device 2 has left, and is linked$/,
  ],
};

const updating = (deviceList: DeviceList) => ({ method: 'devices.update' as const, params: { deviceList } });

test.each(Object.entries(spoilt))('%s is found', async (_, [spoil, found]) => {
  expect(await checkInvariants(spoil(linked()))).toContainEqual(expect.stringMatching(found));
});

test('a device may be in the list, and not linked, once it has left', async () => {
  const right = linked();
  const left: Ask = {
    ...right.phone,
    as: `${right.account}.2`,
    method: 'devices.leave',
    params: {},
    outcome: done({}),
  };
  const evidence = { ...holding(right, right.second, right.devices.slice(0, 1)), asks: [...right.asks, left] };
  expect(await checkInvariants(evidence)).toEqual([]);
});
