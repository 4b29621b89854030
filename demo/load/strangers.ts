import { once } from 'node:events';
import { every, type Load } from './busy.ts';
import { newPerson, type Person } from './person.ts';

/** A token that nobody has signed: the authorizer refuses whoever comes with it. */
const forged = 'e30.e30.AAAA';

/** Somebody who comes with a forged token, time and again. */
export const knock = (load: Load): Promise<void> =>
  every(3000, load, async () => {
    const socket = new WebSocket(load.endpoint, ['tandem.v1', forged]);
    await once(socket, 'error');
    load.count('refused connections');
  });

/** Somebody whose application takes no message over: none is acknowledged, and the relay takes the phone for dead. */
export const ignoreMail = async (load: Load, friend: Person): Promise<void> => {
  await using person = await newPerson(load.endpoint, () => load.over);
  await every(8000, load, () => friend.write(person.account));
};

/** Somebody who changes settings faster than anybody may. */
export const hurry = (load: Load, hasty: Person, other: Person): Promise<void> =>
  every(1000, load, async () => {
    await Promise.all(Array.from({ length: 4 }, () => hasty.phone().block(other.account)));
  });
