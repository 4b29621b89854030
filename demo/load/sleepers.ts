import { createECDH, randomBytes } from 'node:crypto';
import type { PushRegistration } from '#client';
import { every, type Load } from './busy.ts';
import { newPerson, type Person } from './person.ts';
import { unreachable } from './troubled-cloud.ts';

const byApple = (): PushRegistration => ({ kind: 'apns', token: randomBytes(32).toString('hex') });

const byBrowser = (): PushRegistration => {
  const p256dh = createECDH('prime256v1').generateKeys().toString('base64url');
  const keys = { p256dh, auth: randomBytes(16).toString('base64url') };
  return {
    kind: 'webpush',
    subscription: { endpoint: `https://${unreachable}/${randomBytes(8).toString('hex')}`, keys },
  };
};

/** Somebody whose phone is off most of the time, gets mail, is woken, and looks at it. */
const sleepAndWake = async (load: Load, friend: Person): Promise<void> => {
  await using sleeper = await newPerson(load.endpoint);
  await every(12_000, load, async () => {
    // Providers change tokens: the one before is to be forgotten.
    await sleeper.phone().registerPush(byApple());
    await sleeper.switchOff();
    await friend.write(sleeper.account);
    await friend.write(sleeper.account);
    await sleeper.switchOn();
  });
};

/** Somebody whose browser cannot be reached. */
const sleepOn = async (load: Load, friend: Person): Promise<void> => {
  await using sleeper = await newPerson(load.endpoint);
  await sleeper.phone().registerPush(byBrowser());
  await sleeper.switchOff();
  await every(9000, load, () => friend.write(sleeper.account));
};

/** People with devices that have to be woken. */
export const wakeSleepers = async (load: Load, friend: Person): Promise<void> => {
  const restless = Array.from({ length: 4 }, () => sleepAndWake(load, friend));
  await Promise.all([...restless, sleepOn(load, friend)]);
};
