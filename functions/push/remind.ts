import { type DeviceAddress, parseAddress } from '#protocol';
import type { WakeContext } from './context.ts';
import { isAsleep } from './is-asleep.ts';
import { reach } from './reach.ts';
import { nextReminder } from './reminders.ts';
import { reportBroken } from './report-broken.ts';
import { targetOfDevice } from './target-of-device.ts';

type Due = { device: DeviceAddress; at: number };

/** Wakes a device again that has not fetched its mail. A reminder that another has taken the place of is none. */
export const remind = async (context: WakeContext, { device: address, at }: Due): Promise<'done' | 'again'> => {
  const { directory, mailboxes, reminders, platform, telemetry } = context;
  telemetry.note({ devices: [telemetry.hashed(address)] });
  const { account, device } = parseAddress(address);
  const found = await directory.device(account, device);
  if (found?.reminder?.at !== at) return 'done';
  const now = platform.now();
  const expires = await mailboxes.oldest(address, now);
  if (expires === undefined) {
    await directory.clearWake(address, found);
    return 'done';
  }

  const asleep = await isAsleep(context, address, found);
  if (asleep === 'unsure') return 'again';
  const target = asleep ? await targetOfDevice(context, address, found) : undefined;
  if (target && (await reach(context, target.record.target, { urgent: false, expires })) === 'gone') {
    await reportBroken(context, address, target);
  }
  const next = nextReminder(found.reminder, now);
  if (next !== undefined) await reminders.set(address, next);
  await directory.followReminder(address, found.reminder, next);
  return 'done';
};
