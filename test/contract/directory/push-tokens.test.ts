import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeviceAddress, parseAddress } from '#protocol';
import { newOwner, startDirectory } from './directory.fixture.ts';

let started: Awaited<ReturnType<typeof startDirectory>>;
beforeAll(async () => {
  started = await startDirectory();
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

const newToken = () => randomBytes(32).toString('base64url');
const target = { kind: 'fcm', endpoint: 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/1' } as const;
const first = { target, owner: undefined, former: undefined, replaces: false };
const pushOf = async (address: DeviceAddress) => {
  const { account, device } = parseAddress(address);
  return (await started.directory.device(account, device))?.push;
};

test('a token and its device name each other', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const token = newToken();
  expect(await directory.registerPush(address, { ...first, token })).toBe(true);
  expect(await directory.pushToken(token)).toEqual({ device: address, target });
  expect(await pushOf(address)).toBe(token);
});

test('of two devices that register one token at once, one gets it, and the other none', async () => {
  const { directory } = started;
  const [one, other] = [await newOwner(directory), await newOwner(directory)];
  const token = newToken();
  const outcomes = await Promise.all(
    [one, other].map(({ address }) => directory.registerPush(address, { ...first, token })),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  const owner = (await directory.pushToken(token))?.device;
  const [winner, loser] = outcomes[0] ? [one, other] : [other, one];
  expect(owner).toBe(winner.address);
  expect([await pushOf(winner.address), await pushOf(loser.address)]).toEqual([token, undefined]);
});

test('a token whose owner has changed since it was read is not taken', async () => {
  const { directory } = started;
  const [one, other, third] = [await newOwner(directory), await newOwner(directory), await newOwner(directory)];
  const token = newToken();
  await directory.registerPush(one.address, { ...first, token });
  expect(await directory.registerPush(other.address, { ...first, token, owner: one.address })).toBe(true);
  expect(await directory.registerPush(third.address, { ...first, token, owner: one.address })).toBe(false);
  expect(await pushOf(third.address)).toBeUndefined();
});

test('a renewed token takes the name of the former with it; another leaves that to whoever forgets it', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const [old, renewed, other] = [newToken(), newToken(), newToken()];
  await directory.registerPush(address, { ...first, token: old });
  await directory.registerPush(address, { ...first, token: renewed, former: old, replaces: true });
  expect([await directory.pushToken(old), await pushOf(address)]).toEqual([undefined, renewed]);
  await directory.registerPush(address, { ...first, token: other, former: renewed });
  expect([(await directory.pushToken(renewed))?.device, await pushOf(address)]).toEqual([address, other]);
});

test('a device that is no longer linked registers nothing', async () => {
  const { directory } = started;
  const { account, address } = await newOwner(directory);
  await directory.leave(account, 1);
  const token = newToken();
  expect(await directory.registerPush(address, { ...first, token })).toBe(false);
  expect(await directory.pushToken(token)).toBeUndefined();
});

test('a token is forgotten for its owner alone, and taken once', async () => {
  const { directory } = started;
  const [one, other] = [await newOwner(directory), await newOwner(directory)];
  const token = newToken();
  await directory.registerPush(one.address, { ...first, token });
  await directory.deletePushToken(token, other.address);
  expect(await directory.unregisterPush(other.address, token)).toBe(false);
  expect(await directory.pushToken(token)).toBeDefined();

  expect(await directory.unregisterPush(one.address, token)).toBe(true);
  expect(await directory.unregisterPush(one.address, token)).toBe(false);
  await directory.deletePushToken(token, one.address);
  expect(await directory.pushToken(token)).toBeUndefined();
});
