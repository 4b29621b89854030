import { expect, test } from 'vitest';
import { firstReminder, nextReminder } from '../../../functions/push/reminders.ts';

const hour = 3_600_000;
const wokenAt = Date.UTC(2026, 0, 1);

test('a device is reminded an hour, a day and a week after it was woken', () => {
  const first = firstReminder(wokenAt);
  expect(first).toEqual({ at: wokenAt + hour, step: 0 });
  const second = nextReminder(first, first.at);
  expect(second).toEqual({ at: wokenAt + 24 * hour, step: 1 });
  const third = second && nextReminder(second, second.at);
  expect(third).toEqual({ at: wokenAt + 168 * hour, step: 2 });
  expect(third && nextReminder(third, third.at)).toBeUndefined();
});

test('reminders are at whole seconds, as schedules are', () => {
  expect(firstReminder(wokenAt + 1)).toEqual({ at: wokenAt + hour + 1000, step: 0 });
});

test('what it has become too late for is passed over', () => {
  const first = firstReminder(wokenAt);
  expect(nextReminder(first, wokenAt + 30 * hour)).toEqual({ at: wokenAt + 168 * hour, step: 2 });
  expect(nextReminder(first, wokenAt + 200 * hour)).toBeUndefined();
});
