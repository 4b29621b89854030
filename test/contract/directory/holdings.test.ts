import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeviceAddress, limits, parseAddress } from '#protocol';
import { noteEmpty, noteRemoved, noteStored } from '../../../functions/relay/note.ts';
import type { DeviceCaller } from '../../../functions/shared/caller.ts';
import { sizeOf } from '../../../functions/shared/mailboxes.ts';
import { newMessageId } from '../../fixtures/world.ts';
import { newOwner, startDirectory } from './directory.fixture.ts';

let started: Awaited<ReturnType<typeof startDirectory>>;
beforeAll(async () => {
  started = await startDirectory();
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

const heldBy = async (address: DeviceAddress) => {
  const { account, device } = parseAddress(address);
  return (await started.directory.device(account, device))?.held;
};

const none = { envelopes: 0, bytes: 0, at: 0 };

describe('an estimate of what a mailbox holds', () => {
  test('is made, and replaced by the next that is made from it', async () => {
    const { directory } = started;
    const { address } = await newOwner(directory);
    expect(await heldBy(address)).toEqual(none);
    const estimates = [
      { envelopes: 64, bytes: 64_000, at: 1000 },
      { envelopes: 128, bytes: 256_000, at: 2000 },
      { envelopes: 0, bytes: 0, at: 3000 },
      { envelopes: 64, bytes: 64_000, at: 4000 },
    ];
    let from = none;
    for (const estimate of estimates) {
      await directory.noteHolding(address, estimate, from);
      expect(await heldBy(address)).toEqual(estimate);
      from = estimate;
    }
  });

  test('is dropped when it is made from another than the present one', async () => {
    const { directory } = started;
    const { address } = await newOwner(directory);
    const first = { envelopes: 64, bytes: 64_000, at: 1000 };
    const second = { envelopes: 128, bytes: 128_000, at: 2000 };
    await directory.noteHolding(address, first, none);
    await directory.noteHolding(address, second, none);
    expect(await heldBy(address)).toEqual(first);
    await directory.noteHolding(address, second, first);
    await directory.noteHolding(address, { ...first, at: 3000 }, first);
    expect(await heldBy(address)).toEqual(second);
  });

  test('is that of one of them when many are made at once', async () => {
    const { directory } = started;
    const { address } = await newOwner(directory);
    const estimates = [1, 2, 3, 4, 5, 6].map((i) => ({ envelopes: 64 * i, bytes: i, at: i }));
    await Promise.all(estimates.map((estimate) => directory.noteHolding(address, estimate, none)));
    expect(estimates).toContainEqual(await heldBy(address));
  });

  test('is made of no device that has left', async () => {
    const { directory } = started;
    const { account, address } = await newOwner(directory);
    await directory.leave(account, 1);
    await directory.noteHolding(address, { envelopes: 64, bytes: 1, at: 1 }, none);
    expect(await heldBy(address)).toBeUndefined();
  });
});

type Owner = Awaited<ReturnType<typeof newOwner>>;

/** Evenly spread: of 64 in a row, exactly one, the last, is below 1/64. */
const evenly = () => {
  let calls = 0;
  return () => {
    calls += 1;
    return ((calls * 37) % 64) / 64;
  };
};

const callerOf = ({ account, address }: Owner): DeviceCaller => ({
  account,
  device: 1,
  address,
  connection: 'c',
  connectedAt: 0,
  calledAt: 0,
  sourceIp: '127.0.0.1',
  userAgent: undefined,
});

const mailboxOf = async ({ address }: Owner) => ({ address, held: await heldBy(address) });

/** So much mail for a device, read as it is now. */
const mailTo = async ({ account, address }: Owner, count: number) => {
  const record = await started.directory.device(account, 1);
  if (record === undefined) throw new Error('the device is there');
  const envelope = () => ({ id: `${newMessageId()}.${address}`, body: 'AAAA', at: 1 });
  return Array.from({ length: count }, () => ({ to: address, record, envelope: envelope(), expires: 1 }));
};

describe('of what is stored and removed', () => {
  test('one envelope in 64 is noted, as 64, several of one call together, and to whom somebody wrote', async () => {
    const { directory } = started;
    const [ada, ben, eve] = [await newOwner(directory), await newOwner(directory), await newOwner(directory)];
    const context = { directory, platform: { now: () => 1000, newId: () => '', random: evenly() } };
    const mail = [...(await mailTo(ben, 128)), ...(await mailTo(ada, 64)), ...(await mailTo(eve, 63))];
    const sizes = 128 * sizeOf(mail[0]?.envelope ?? { id: '', body: '', at: 0 });

    await noteStored(context, callerOf(ada), mail);

    expect(await heldBy(ben.address)).toEqual({ envelopes: 128, bytes: sizes, at: 1000 });
    expect(await heldBy(ada.address)).toMatchObject({ envelopes: 64 });
    expect(await heldBy(eve.address)).toEqual(none);
    const written = [ben, eve, ada].map(({ account }) => directory.hasWritten({ from: ada.account, to: account }));
    expect(await Promise.all(written)).toEqual([true, false, false]);
  });

  test('what goes to a device that is connected is not noted', async () => {
    const { directory } = started;
    const [ada, ben] = [await newOwner(directory), await newOwner(directory)];
    const context = { directory, platform: { now: () => 1000, newId: () => '', random: () => 0 } };
    const connection = { id: 'c', at: 1, checkAt: 0 };
    const mail = (await mailTo(ben, 1)).map((one) => ({ ...one, record: { ...one.record, connection } }));
    await noteStored(context, callerOf(ada), mail);
    expect(await heldBy(ben.address)).toEqual(none);
    expect(await directory.hasWritten({ from: ada.account, to: ben.account })).toBe(false);
  });

  test('what came before has faded meanwhile, and what was removed is in proportion', async () => {
    const { directory } = started;
    const [ada, ben] = [await newOwner(directory), await newOwner(directory)];
    let now = 1000;
    const context = { directory, platform: { now: () => now, newId: () => '', random: evenly() } };
    await noteStored(context, callerOf(ada), await mailTo(ben, 640));
    const first = await heldBy(ben.address);
    now += limits.envelopeLife;
    await noteStored(context, callerOf(ada), await mailTo(ben, 64));
    expect(await heldBy(ben.address)).toMatchObject({ envelopes: Math.round(640 / Math.E + 64), at: now });

    now += 1;
    const drawn = { ...context, platform: { ...context.platform, random: () => 63 / 256 } };
    await noteRemoved(drawn, await mailboxOf(ben), 63);
    expect(await heldBy(ben.address)).toMatchObject({ envelopes: Math.round(640 / Math.E + 64) });
    await noteRemoved(drawn, await mailboxOf(ben), 64);
    const left = await heldBy(ben.address);
    expect(left).toMatchObject({ envelopes: Math.round(640 / Math.E + 64 - 256), at: now });
    expect((left?.bytes ?? 0) / (left?.envelopes ?? 1)).toBeCloseTo((first?.bytes ?? 0) / 640, 0);
  });

  test('acknowledging over and over makes no room: the estimate does not sink below nothing', async () => {
    const { directory } = started;
    const [ada, ben] = [await newOwner(directory), await newOwner(directory)];
    let now = 1000;
    const platform = {
      now: () => {
        now += 1;
        return now;
      },
      newId: () => '',
      random: () => 0,
    };
    await noteRemoved({ directory, platform }, await mailboxOf(ben), 5);
    expect(await heldBy(ben.address)).toEqual(none);
    await noteStored({ directory, platform }, callerOf(ada), await mailTo(ben, 2));
    for (const _ of [1, 2]) await noteRemoved({ directory, platform }, await mailboxOf(ben), 5);
    expect(await heldBy(ben.address)).toMatchObject({ envelopes: 0, bytes: 0 });
    await noteStored({ directory, platform }, callerOf(ada), await mailTo(ben, 1));
    expect(await heldBy(ben.address)).toMatchObject({ envelopes: 64 });
  });

  test('nothing is left once the mailbox has been seen empty, unless something came meanwhile', async () => {
    const { directory } = started;
    const [ada, ben] = [await newOwner(directory), await newOwner(directory)];
    const context = { directory, platform: { now: () => 1000, newId: () => '', random: () => 0 } };
    const later = { ...context, platform: { ...context.platform, now: () => 2000 } };
    const seen = await heldBy(ben.address);
    await noteStored(context, callerOf(ada), await mailTo(ben, 1));
    await noteEmpty(later, { address: ben.address, held: seen });
    expect(await heldBy(ben.address)).toMatchObject({ envelopes: 64, at: 1000 });
    await noteEmpty(later, await mailboxOf(ben));
    expect(await heldBy(ben.address)).toEqual({ envelopes: 0, bytes: 0, at: 2000 });
  });
});
