import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { DeviceAddress } from '#protocol';
import type { Reminder } from '../shared/directory/index.ts';
import type { ScheduleSettings } from '../shared/env.ts';
import type { Notice } from '../shared/wakeups.ts';
import { withoutLogger } from '../shared/without-logger.ts';

const hour = 3_600_000;
/** After its first push a device that does not come is woken again so much later. */
const delays = [hour, 24 * hour, 7 * 24 * hour];

/** Schedules are exact to the second. */
const wholeSecond = (at: number) => Math.ceil(at / 1000) * 1000;

/** The first reminder of a device that is woken now. */
export const firstReminder = (now: number): Reminder => ({ at: wholeSecond(now + hour), step: 0 });

/** The one after that, if it is not too late for it; undefined after the last. */
export const nextReminder = ({ at, step }: Reminder, now: number): Reminder | undefined => {
  const wokenAt = at - (delays[step] ?? 0);
  const later = delays.map((delay, i) => ({ at: wokenAt + delay, step: i })).slice(step + 1);
  return later.find((reminder) => reminder.at > now);
};

/** Each has a name of its own, so that none can be mistaken for another of the same device. */
const nameOf = (device: DeviceAddress, at: number) => `${device}.${at.toString(36)}`;

/**
 * Reminders, as one-time schedules of EventBridge Scheduler, which deletes them when they have fired.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
export const createReminders = ({ group, queue, role }: ScheduleSettings) => {
  const client = withoutLogger(new SchedulerClient());
  return {
    /** Can be repeated. */
    set: async (device: DeviceAddress, { at }: Reminder): Promise<void> => {
      const notice: Notice = { kind: 'due', device, at };
      const command = new CreateScheduleCommand({
        GroupName: group,
        Name: nameOf(device, at),
        ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: queue, RoleArn: role, Input: JSON.stringify(notice) },
      });
      try {
        await client.send(command);
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
      }
    },

    /** Does nothing when there is none, as after it has fired. */
    remove: async (device: DeviceAddress, at: number): Promise<void> => {
      try {
        await client.send(new DeleteScheduleCommand({ GroupName: group, Name: nameOf(device, at) }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
  };
};
export type Reminders = ReturnType<typeof createReminders>;
