import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meetPhones, messageOf, toAll } from '../fixtures/mail.ts';
import { newToken, type PushCloud, startPushCloud } from '../fixtures/push-cloud.ts';
import { ended } from '../fixtures/work.ts';

const visibility = 60_000;

let cloud: PushCloud;
beforeAll(async () => {
  cloud = await startPushCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** Ada, who can write to Ben, whose phone sleeps. */
const meetSleeping = async () => {
  const met = await meetPhones(cloud.endpoint, cloud.clock.now());
  const token = newToken();
  await cloud.register(met.ben.phone, { kind: 'fcm', token });
  const { ben, phone } = met;
  return {
    ...met,
    count: () => cloud.pushesTo(token).length,
    /** What the relay answers does not matter: it may be cut off too. */
    write: () =>
      phone.call('relay.send', { messages: [messageOf([toAll(ben.first, ben.account)], 'hello', cloud.clock.now())] }),
  };
};

/** After so many calls of the notifier to AWS nobody gets anything done any more: to the world, it has died there. */
const dieAfter = (calls: number) => {
  const { aws, faults } = cloud.cloud;
  const died = ended(cloud.cloud, 'notifier');
  const made: string[] = [];
  let fault: Disposable | undefined;
  const stop = aws.onCall(({ function: by, operation, error }) => {
    if (!by?.startsWith('notifier') || error !== undefined) return;
    made.push(operation);
    if (made.length === calls) {
      fault = faults.add({ kind: 'error', service: '*', operation: '*', error: 'AccessDeniedException' });
    }
  });
  return {
    made,
    died,
    [Symbol.dispose]: () => {
      stop();
      fault?.[Symbol.dispose]();
    },
  };
};

/** Its environment is killed for real: right at the start, or with nothing left to do but to answer. */
const kill = (within: number) => {
  const died = ended(cloud.cloud, 'notifier');
  const fault = cloud.cloud.faults.add({ kind: 'crash', function: 'notifier*', within, times: 1 });
  return { died, [Symbol.dispose]: () => fault[Symbol.dispose]() };
};

/** What came to an end although the notifier died on the way: woken at least once, reminded once, and nothing given up. */
const expectWoken = async (pushes: number, { count, ben }: Awaited<ReturnType<typeof meetSleeping>>) => {
  await cloud.clock.advance(visibility);
  await cloud.noticed();
  expect(count()).toBe(pushes);
  expect(await cloud.deviceOf(ben.phone)).toMatchObject({ woken: { done: true } });
  const names = (await cloud.schedules.names()).filter((name) => name.startsWith(ben.account));
  expect(names).toHaveLength(1);
  // Or it would be reminded in the middle of another test.
  await cloud.drain(ben.phone);
  await cloud.noticed();
};

describe('a wake-up is not lost when the notifier dies', () => {
  const calls = ['GetItem', 'GetItem', 'UpdateItem', 'Publish', 'CreateSchedule', 'UpdateItem'];

  // Who has pushed and not said so is taken for one who has not: the phone then shows the one push in the other's place.
  test.for([
    { after: 1, pushes: 1 },
    { after: 2, pushes: 1 },
    { after: 3, pushes: 1 },
    { after: 4, pushes: 2 },
    { after: 5, pushes: 2 },
  ])('after $after of its calls', async ({ after, pushes }) => {
    await using met = await meetSleeping();
    {
      using death = dieAfter(after);
      await met.write();
      await death.died;
      expect(death.made).toEqual(calls.slice(0, after));
    }
    await expectWoken(pushes, met);
  });

  test('at its start', async () => {
    await using met = await meetSleeping();
    using death = kill(1);
    await met.write();
    await death.died;
    await expectWoken(1, met);
  });

  test('before it could say that all is done', async () => {
    await using met = await meetSleeping();
    using death = kill(900_000);
    await met.write();
    await death.died;
    await expectWoken(1, met);
  });
});

describe('a reminder is not lost when the notifier dies', () => {
  const calls = ['GetItem', 'Query', 'GetItem', 'Publish', 'CreateSchedule', 'UpdateItem'];

  test.for([
    { after: 1, pushes: 2 },
    { after: 2, pushes: 2 },
    { after: 3, pushes: 2 },
    { after: 4, pushes: 3 },
    { after: 5, pushes: 3 },
    { after: 6, pushes: 2 },
  ])('after $after of its calls', async ({ after, pushes }) => {
    await using met = await meetSleeping();
    await met.write();
    await cloud.noticed();
    const at = await cloud.reminderOf(met.ben.phone);
    {
      using death = dieAfter(after);
      await cloud.clock.advance(at - cloud.clock.now());
      await death.died;
      expect(death.made).toEqual(calls.slice(0, after));
    }
    await expectWoken(pushes, met);
  });
});
