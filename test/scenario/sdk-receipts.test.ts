import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IncomingMessage, type MessageId, resume, type Session, type StateChange, type Store } from '#client';
import { type Cloud, runningClock } from '#local';
import { linkComputer, newPhone, once, text } from '../fixtures/people.ts';
import { startTestCloud } from '../fixtures/world.ts';

/** Cloud and devices share it, so that nobody waits until receipts are gathered. */
const clock = runningClock();
const platform = { clock, random: () => 0.5 };

let cloud: Cloud;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud({ clock });
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** The messages that a session takes over, and what it tells. */
const observe = (session: Session) => {
  const [got, states, read]: [IncomingMessage[], StateChange[], string[][]] = [[], [], []];
  session.on('state', (change) => states.push(change));
  session.on('read', (ids) => read.push(ids));
  const gaps: unknown[] = [];
  session.on('gap', (gap) => gaps.push(gap));
  session.receive((message) => void got.push(message));
  const texts = () => got.map(({ body }) => new TextDecoder().decode(body));
  return { got, states, read, gaps, texts, ids: () => got.map(({ id }) => id) };
};

const newPerson = async (receipts = true) => {
  const { session, store } = await newPhone(endpoint, { receipts, platform });
  if (!session.online) await once(session, 'online');
  return { session, store, account: session.account, ...observe(session) };
};
type Person = Awaited<ReturnType<typeof newPerson>>;

/** Ada and Ben, who know each other. */
const meet = async (receipts = true) => {
  const [ada, ben] = await Promise.all([newPerson(), newPerson(receipts)]);
  await Promise.all([ada.session.accept(ben.account), ben.session.accept(ada.account)]);
  const dispose = async () => void (await Promise.all([ada.session.close(), ben.session.close()]));
  return { ada, ben, [Symbol.asyncDispose]: dispose };
};

const linked = async (person: Person) => {
  const { session, store } = await linkComputer(endpoint, person.session, { receipts: true, platform });
  if (!session.online) await once(session, 'online');
  const dispose = () => session.close();
  return { session, store, ...observe(session), [Symbol.asyncDispose]: dispose };
};

const back = async (store: Store) => {
  const session = await resume({ store, receipts: true, platform });
  if (session === undefined) throw new Error('the store holds a device');
  return session;
};

const say = async (from: Person, to: string | string[], words: string) =>
  (await from.session.send({ to, body: text(words) })).message;

/** Lets time go by until it is so. */
const until = <T>(read: () => T | Promise<T>) =>
  expect.poll(
    async () => {
      await clock.advance(1_000);
      return read();
    },
    { timeout: 20_000 },
  );

const stateOf = (session: Session, message: MessageId) => async () => (await session.stateOf(message))?.state;

describe('a message', () => {
  test('is sent, accepted, delivered and read; every device of its sender knows, after a restart too', async () => {
    await using met = await meet();
    const { ada, ben } = met;
    await using computer = await linked(ada);

    const sending = ada.session.send({ to: ben.account, body: text('hello') });
    const { message } = sending;
    await sending;
    await until(stateOf(ada.session, message)).toBe('delivered');
    await until(stateOf(computer.session, message)).toBe('delivered');
    await ben.session.markRead(ben.ids());
    await until(stateOf(ada.session, message)).toBe('read');
    await until(stateOf(computer.session, message)).toBe('read');

    const at = (state: StateChange['state']) => ({ message, account: ben.account, state });
    expect(ada.states).toEqual([at('sent'), at('accepted'), at('delivered'), at('read')]);
    expect(computer.states).toEqual([at('delivered'), at('read')]);
    await ada.session.close();
    await using again = await back(ada.store);
    expect(await again.stateOf(message)).toEqual({ state: 'read', accounts: { [ben.account]: 'read' } });
  });

  test('to several has come as far as at the last of them', async () => {
    await using met = await meet();
    const { ada, ben } = met;
    const carla = await newPerson();
    await using _ = carla.session;
    await carla.session.accept(ada.account);
    await carla.session.close();

    const message = await say(ada, [ben.account, carla.account], 'hello, both');
    await until(() => ada.states.at(-1)?.state).toBe('delivered');
    expect(await ada.session.stateOf(message)).toEqual({
      state: 'accepted',
      accounts: { [ben.account]: 'delivered', [carla.account]: 'accepted' },
    });
    await using again = await back(carla.store);
    observe(again);

    await until(stateOf(ada.session, message)).toBe('delivered');
  });

  test('for good refused has no state', async () => {
    await using met = await meet();
    const sending = met.ada.session.send({ to: 'a'.repeat(32), body: text('anybody?') });
    await expect(sending).rejects.toMatchObject({ code: 'account_unknown' });

    expect(await met.ada.session.stateOf(sending.message)).toBeUndefined();
  });
});

describe('receipts', () => {
  test('cost no call of their own when a reply goes out in time', async () => {
    await using met = await meet();
    const { ada, ben } = met;
    const message = await say(ada, ben.account, 'hello');
    await expect.poll(ben.texts).toEqual(['hello']);

    await ben.session.markRead(ben.ids());
    await say(ben, ada.account, 'hello yourself');

    await expect.poll(stateOf(ada.session, message)).toBe('read');
    expect(await ben.store.list(`receipt/${ada.account}/`)).toEqual([]);
    expect(ada.texts()).toEqual(['hello yourself']);
  });

  test('are of no receipts', async () => {
    await using met = await meet();
    const { ada, ben } = met;
    const message = await say(ada, ben.account, 'hello');

    await until(stateOf(ada.session, message)).toBe('delivered');

    expect(ada.got).toEqual([]);
    expect(await ada.store.list('receipt/')).toEqual([]);
  });

  test('survive an end that comes before they were said', async () => {
    await using met = await meet();
    const { ada, ben } = met;
    const message = await say(ada, ben.account, 'hello');
    await expect.poll(async () => (await ben.store.list('receipt/')).length).toBe(1);
    await ben.session.close();
    expect(await ada.session.stateOf(message)).toMatchObject({ state: 'accepted' });

    await using _ = await back(ben.store);

    await until(stateOf(ada.session, message)).toBe('delivered');
  });

  test('are for those who know each other: a stranger learns nothing until accepted', async () => {
    const [ada, ben] = [await newPerson(), await newPerson()];
    await using _ada = ada.session;
    await using _ben = ben.session;
    const first = await say(ada, ben.account, 'you do not know me');
    await expect.poll(() => ben.got.map(({ isRequest }) => isRequest)).toEqual([true]);
    await ben.session.markRead(ben.ids());
    expect(await ben.store.list(`receipt/${ada.account}/`)).toEqual([]);

    await ben.session.accept(ada.account);
    const second = await say(ada, ben.account, 'now you do');
    await until(stateOf(ada.session, second)).toBe('delivered');

    expect(await ada.session.stateOf(first)).toMatchObject({ state: 'accepted' });
  });

  test('are not for whom the person has blocked, on any device', async () => {
    await using met = await meet();
    const { ada, ben } = met;
    await using computer = await linked(ben);
    const message = await say(ada, ben.account, 'hello');
    await until(stateOf(ada.session, message)).toBe('delivered');

    await ben.session.block(ada.account);
    await expect.poll(() => computer.store.list('block/')).toHaveLength(1);
    await computer.session.markRead(computer.ids());
    await ben.session.markRead(ben.ids());

    for (const store of [ben.store, computer.store]) {
      expect(await store.list(`receipt/${ada.account}/`)).toEqual([]);
    }
  });

  test('are sent by nobody who has not opted in, but what was read is read on all own devices', async () => {
    await using met = await meet(false);
    const { ada, ben } = met;
    await using computer = await linked(ben);
    await computer.session.close();
    await using again = await back(computer.store);
    const atComputer = observe(again);
    const message = await say(ada, ben.account, 'hello');
    await expect.poll(ben.texts).toEqual(['hello']);

    await ben.session.markRead(ben.ids());
    await until(() => atComputer.read).toEqual([ben.ids()]);

    expect(atComputer.ids()).toEqual(ben.ids());
    expect(await ben.store.list(`receipt/${ada.account}/`)).toEqual([]);
    expect(await ada.session.stateOf(message)).not.toMatchObject({ state: 'read' });
  });
});

test('what an account has sent while it was blocked never comes, on no device', async () => {
  await using met = await meet();
  const { ada, ben } = met;
  await using computer = await linked(ben);
  const devices = [ben, computer];
  await say(ada, ben.account, 'before');
  for (const { texts } of devices) await expect.poll(texts).toEqual(['before']);

  await ben.session.block(ada.account);
  await say(ada, ben.account, 'blocked');
  await say(ada, ben.account, 'blocked again');
  await ben.session.unblock(ada.account);
  await say(ada, ben.account, 'after');
  await say(ada, ben.account, 'and on');

  for (const { texts } of devices) await until(texts).toEqual(['before', 'after', 'and on']);
  // Long enough to be asked for and sent again, if anybody did.
  for (let seconds = 0; seconds < 90; seconds += 5) {
    await clock.advance(5_000);
    await Promise.all([ada, ...devices].map(({ session }) => session.devices()));
  }
  for (const { texts, gaps } of devices) {
    expect({ texts: texts(), gaps }).toEqual({ texts: ['before', 'after', 'and on'], gaps: [] });
  }
});
