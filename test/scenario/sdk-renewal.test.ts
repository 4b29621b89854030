import { expect, test } from 'vitest';
import { type Cloud, runningClock } from '#local';
import { limits } from '#protocol';
import { openDirectory } from '../fixtures/operator.ts';
import { listen, newPhone, once, text } from '../fixtures/people.ts';
import { startTestCloud } from '../fixtures/world.ts';

const second = 1_000;
const minute = 60 * second;

/** The invocations that have begun, and not ended, since it was called. */
const watchRunning = ({ lambda }: Cloud): ReadonlySet<string> => {
  const running = new Set<string>();
  lambda.onActivity(({ kind, requestId }) => {
    if (kind === 'started') running.add(requestId);
    else running.delete(requestId);
  });
  return running;
};

test('a device changes its socket before the gateway’s two hours are over, and is there all the time', async () => {
  const clock = runningClock();
  await using cloud = await startTestCloud({ clock });
  const running = watchRunning(cloud);
  using directory = await openDirectory(cloud);
  const options = { platform: { clock, random: () => 0.5 } };
  await using ada = (await newPhone(cloud.endpoint, options)).session;
  if (!ada.online) await once(ada, 'online');
  const opened = clock.now();
  const online: boolean[] = [];
  ada.on('online', (is) => online.push(is));
  const connection = async () => (await directory.item(`A#${ada.account}`, `device#${ada.device}`))?.['connection'];
  const before = await connection();

  /** Moves the time on when nothing is under way: a call that is would have had its time, and be given up. */
  const pass = async (milliseconds: number) => {
    await expect.poll(() => running.size, { timeout: 20_000 }).toBe(0);
    await ada.devices();
    await clock.advance(milliseconds);
  };
  /** After a connection and a handler are there, the mailbox is emptied at once and five seconds later. */
  const passSync = () => pass(6 * second);
  // The gateway hangs up on who says nothing for ten minutes: between the moves something is asked.
  for (let minutes = 0; minutes < 112; minutes += 7) await pass(7 * minute);
  await using ben = (await newPhone(cloud.endpoint, options)).session;
  const atAda = listen(ada);
  await ben.send({ to: ada.account, body: text('before') });
  expect(await atAda.until(1)).toEqual(['before']);
  expect(await connection()).toBe(before);
  await passSync();

  // Of the 3 to 7 minutes before the end the device draws five.
  await pass(opened + limits.connectionLife - 5 * minute + second - clock.now());
  await ben.send({ to: ada.account, body: text('meanwhile') });
  await expect.poll(connection, { timeout: 20_000 }).not.toBe(before);
  const renewed = await connection();
  await passSync();
  for (let minutes = 0; minutes < 14; minutes += 7) await pass(7 * minute);
  await ben.send({ to: ada.account, body: text('after') });

  expect(clock.now() - opened).toBeGreaterThan(limits.connectionLife);
  expect(await atAda.until(3)).toEqual(['before', 'meanwhile', 'after']);
  expect(await connection()).toBe(renewed);
  expect(online).toEqual([]);
});
