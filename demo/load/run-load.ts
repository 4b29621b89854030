import { once } from 'node:events';
import { every, type Load } from './busy.ts';
import { pairComputers } from './pairings.ts';
import { newPerson, type Person } from './person.ts';
import { wakeSleepers } from './sleepers.ts';
import { hurry, ignoreMail, knock } from './strangers.ts';

/** How many write to each other, and how often each does, in milliseconds. */
const crowd = 7;
const pace = 1200;

const chat = async (load: Load, people: readonly Person[]): Promise<void> => {
  await Promise.all(
    people.map((person, i) =>
      every(pace, load, async () => {
        const others = people.filter((_, other) => other !== i);
        const to = others[Math.floor(Math.random() * others.length)] ?? person;
        await person.write(to.account);
        load.count('messages accepted');
      }),
    ),
  );
};

/** Phones lose their connection, and come back. */
const comeAndGo = (load: Load, people: readonly Person[]): Promise<void> => {
  let next = 0;
  return every(7000, load, async () => {
    const person = people[next % people.length];
    next += 1;
    await person?.switchOff();
    await person?.switchOn();
  });
};

/**
 * A cloud as it is when many use it: people write, computers are linked or not, phones sleep and are woken, or do not
 * behave, and strangers knock. Resolves after so many seconds with how often each thing was done, or failed.
 */
export const runLoad = async (endpoint: string, seconds: number): Promise<Record<string, number>> => {
  const done = new Map<string, number>();
  const count = (what: string) => void done.set(what, (done.get(what) ?? 0) + 1);
  await using phones = new AsyncDisposableStack();
  const add = async () => phones.use(await newPerson(endpoint, () => count('messages received')));
  const people = await Promise.all(Array.from({ length: crowd }, add));
  const [owner, friend, hasty] = [await add(), await add(), await add()];

  const signal = AbortSignal.timeout(seconds * 1000);
  const over = once(signal, 'abort').then(() => undefined);
  const load = { endpoint, signal, over, count };
  await Promise.all([
    chat(load, people),
    comeAndGo(load, people),
    pairComputers(load, owner),
    wakeSleepers(load, friend),
    knock(load),
    ignoreMail(load, friend),
    hurry(load, hasty, friend),
  ]);
  return Object.fromEntries(done);
};
