import { expect, test } from 'vitest';
import { DeviceList, isSignedBy, succeeds } from '#protocol';
import { newAccount, newKeyPair } from '../../fixtures/accounts.ts';

const { account, first, next, adding, recovering, removing, signList } = newAccount();
const second = adding(first, newKeyPair().publicKey);
const third = adding(second, newKeyPair().publicKey);
const reasonOf = (previous: DeviceList, list: DeviceList) => {
  const succession = succeeds(previous, list);
  return succession.kind === 'refused' ? succession.reason : succession.kind;
};

test('a list may add one device, whose id is the version that adds it', () => {
  expect(succeeds(first, second)).toEqual({ kind: 'added', device: second.devices[1] });
  expect(succeeds(second, third)).toEqual({ kind: 'added', device: third.devices[2] });
});

test('a list may remove any devices but the primary', () => {
  expect(succeeds(third, removing(third, 2))).toEqual({ kind: 'removed', devices: [2] });
  expect(succeeds(third, next(third, { devices: first.devices }))).toEqual({ kind: 'removed', devices: [2, 3] });
  expect(DeviceList.safeParse(removing(third, 1)).error?.issues[0]?.message).toBe('the primary must be in the list');
});

test('a list may change nothing: its signature is renewed', () => {
  expect(succeeds(third, next(third, { issuedAt: third.issuedAt + 1 }))).toEqual({ kind: 'renewed' });
});

test('a list may put a new primary in the place of the former, and do nothing else', () => {
  const key = newKeyPair().publicKey;
  const recovered = recovering(third, key);
  const device = { id: 4, key, linkedAt: recovered.devices[2]?.linkedAt };
  expect(succeeds(third, recovered)).toEqual({ kind: 'recovered', device, former: 1 });
  expect(recovered.devices.map(({ id }) => id)).toEqual([2, 3, 4]);

  const [former, two, three, fresh] = [...third.devices, ...recovered.devices.slice(-1)];
  if (former === undefined || two === undefined || three === undefined || fresh === undefined) throw new Error('four');
  for (const [primary, devices] of [
    [4, [former, two, three, fresh]],
    [4, [two, fresh]],
    [2, [two, three]],
    [2, [two, three, fresh]],
  ] as const) {
    expect(reasonOf(third, next(third, { primary, devices: [...devices] }))).toBe('another primary');
  }
  const early = next(third, { primary: 3, devices: [two, { ...fresh, id: 3 }] });
  expect(reasonOf(third, early)).toBe('device 3 added by version 4');
});

test('a recovered account goes on as any other', () => {
  const recovered = recovering(third, newKeyPair().publicKey);
  expect(succeeds(recovered, adding(recovered, newKeyPair().publicKey))).toMatchObject({ kind: 'added' });
  expect(succeeds(recovered, removing(recovered, 2))).toEqual({ kind: 'removed', devices: [2] });
  expect(succeeds(recovered, recovering(recovered, newKeyPair().publicKey))).toMatchObject({ former: 4 });
});

test('a number that a removed device had is never given again', () => {
  const without = removing(third, 3);
  const reused = next(without, { devices: [...without.devices, { id: 3, key: newKeyPair().publicKey, linkedAt: 0 }] });
  expect(reasonOf(without, reused)).toBe('device 3 added by version 5');
});

test.each([
  ['another identity key', { identityKey: newKeyPair().publicKey }],
  ['version 2 after 2', { version: 2 }],
  ['version 4 after 2', { version: 4 }],
  ['it does not name its predecessor', { previous: second.previous }],
  ['another primary', { primary: 2 }],
])('a successor is refused for: %s', (reason, change) => {
  expect(reasonOf(second, next(second, change))).toBe(reason);
});

test('a device may not change its key, nor one be added while another goes', () => {
  const swapped = second.devices.map((device) => ({ ...device, key: newKeyPair().publicKey }));
  expect(reasonOf(second, next(second, { devices: swapped }))).toBe('device 1 added by version 3');
  const exchanged = [first.devices, { id: 3, key: newKeyPair().publicKey, linkedAt: 0 }].flat();
  expect(reasonOf(second, next(second, { devices: exchanged }))).toMatch(/at once/);
});

test('a list is its account’s only when the identity key hashes to the account and has signed every word', async () => {
  const other = newAccount();
  expect(await isSignedBy(account, second)).toBe(true);
  expect(await isSignedBy(other.account, second)).toBe(false);
  expect(await isSignedBy(account, { ...second, issuedAt: second.issuedAt + 1 })).toBe(false);
  expect(await isSignedBy(account, { ...second, signature: other.first.signature })).toBe(false);
  expect(await isSignedBy(account, signList(second))).toBe(true);
});

test.each([
  ['devices must be in ascending order of their ids', { devices: second.devices.toReversed() }],
  [
    'every device must have a key of its own',
    { devices: second.devices.map((d) => ({ ...d, key: second.identityKey })) },
  ],
  [
    'a device id is the version that added it',
    { devices: second.devices.map((d) => ({ ...d, id: d.id + 1 })), primary: 2 },
  ],
  ['only the first list has no predecessor', { previous: null }],
])('a malformed list is told: %s', (message, change) => {
  const issues = DeviceList.safeParse({ ...second, ...change }).error?.issues.map((issue) => issue.message);
  expect(issues).toContain(message);
});
