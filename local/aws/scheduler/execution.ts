import { randomUUID } from 'node:crypto';
import type { Template } from '../../template/model.ts';
import type { Delivery, Schedule } from './schedule.ts';

/** What a schedule has to bring to its target now that its time, in milliseconds since 1970, has come. */
export const executionOf = (
  { region, account }: Pick<Template, 'region' | 'account'>,
  { definition: { Target: target } }: Schedule,
  { scheduleArn, dueAt }: { scheduleArn: string; dueAt: number },
): Delivery => {
  const id = randomUUID();
  const time = `${new Date(dueAt).toISOString().slice(0, 19)}Z`;
  const notification = {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time,
    region,
    resources: [scheduleArn],
    detail: '{}',
  };
  // Scheduler User Guide, "Adding context attributes in EventBridge Scheduler".
  const input = (target.Input ?? JSON.stringify(notification))
    .replaceAll('<aws.scheduler.schedule-arn>', scheduleArn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
  return { id, scheduleArn, target, input };
};
