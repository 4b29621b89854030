import { parseAddress } from '#protocol';
import type { Wakeup } from '../shared/wakeups.ts';
import { isCovered } from './coalesce.ts';
import type { WakeContext } from './context.ts';
import { isAsleep } from './is-asleep.ts';
import { reach } from './reach.ts';
import { firstReminder } from './reminders.ts';
import { reportBroken } from './report-broken.ts';
import { targetOfDevice } from './target-of-device.ts';

const attempts = 3;

/** `needless`: no push was tried. `overtaken`: the device has changed since it was read. */
type Outcome = 'done' | 'needless' | 'again' | 'overtaken';

/**
 * One attempt. Whoever claims a device first wakes it. It says so only when the push is out: if it dies on the way, its
 * notice comes again, and the claim, grown old, holds nobody back.
 */
const tryToWake = async (
  context: WakeContext,
  { device: address, urgent, expires, traceparent }: Wakeup,
  askedAt: number,
): Promise<Outcome> => {
  const { directory, reminders, platform } = context;
  const { account, device } = parseAddress(address);
  const found = await directory.device(account, device);
  if (found === undefined) return 'needless';
  const asleep = await isAsleep(context, address, { ...found, traceparent });
  if (asleep !== true) return asleep === 'unsure' ? 'again' : 'needless';
  const now = platform.now();
  if (expires <= now || isCovered(found.woken, { urgent, askedAt, now })) return 'needless';
  const target = await targetOfDevice(context, address, found);
  if (target === undefined) return 'needless';

  const wake = { at: now, urgent, done: false };
  // What reminds of its mail from before reminds of this too.
  const reminder = found.reminder !== undefined && found.reminder.at > now ? found.reminder : firstReminder(now);
  if (!(await directory.claimWake(address, { wake, reminder, seen: found.woken }))) return 'overtaken';
  if ((await reach(context, target.record.target, { urgent, expires })) === 'gone') {
    await reportBroken(context, address, target);
    return 'done';
  }
  await reminders.set(address, reminder);
  await directory.markWoken(address, wake);
  return 'done';
};

/** Wakes a device that had mail and was not connected, unless it is by now, or has been woken already. */
export const wake = async (context: WakeContext, wakeup: Wakeup, askedAt: number): Promise<'done' | 'again'> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const outcome = await tryToWake(context, wakeup, askedAt);
    if (outcome === 'needless') context.telemetry.tally('Wakeups', 'suppressed');
    if (outcome !== 'overtaken') return outcome === 'again' ? 'again' : 'done';
  }
  return 'again';
};
