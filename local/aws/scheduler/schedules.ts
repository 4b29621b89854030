import type { Clock } from '../../clock.ts';
import type { Template } from '../../template/model.ts';
import { AwsError } from '../errors.ts';
import { mayAssume } from '../iam/index.ts';
import { readExpression } from './expression.ts';
import { groupCheck } from './groups.ts';
import type { Definition, Schedule, Target } from './schedule.ts';
import type { ScheduleStore } from './schedule-store.ts';

type Named = { group: string; name: string };

export type Schedules = {
  arnOf: (named: Named) => string;
  /** Throws a ConflictException when there is one of the name that another request created. */
  create: (named: Named, definition: Definition, clientToken: string | undefined) => void;
  update: (named: Named, definition: Definition) => void;
  get: (named: Named) => Schedule;
  delete: (named: Named) => void;
};

/** What may be done with schedules, by the Scheduler API Reference; each throws an AwsError for what is not there. */
export const openSchedules = (template: Template, store: ScheduleStore, clock: Clock): Schedules => {
  const { region, account } = template;
  const checkGroup = groupCheck(template);
  const find = ({ group, name }: Named): Schedule => {
    checkGroup(group);
    const schedule = store.find(group, name);
    if (schedule !== undefined) return schedule;
    throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist in group ${group}.`, 404);
  };
  const dueTime = (group: string, definition: Definition): number | undefined => {
    const { ScheduleExpression: expression, ScheduleExpressionTimezone: zone, State, Target } = definition;
    const dueAt = readExpression(expression, zone);
    // Expressions are exact to the second.
    if (dueAt < Math.floor(clock.now() / 1000) * 1000) {
      const now = new Date(clock.now()).toISOString();
      throw new AwsError('ValidationException', `Invalid Schedule Expression ${expression}: it is past, at ${now}.`);
    }
    checkTarget(template, Target, `arn:aws:scheduler:${region}:${account}:schedule-group/${group}`);
    return State === 'ENABLED' ? dueAt : undefined;
  };

  return {
    arnOf: ({ group, name }) => `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`,
    create: ({ group, name }, definition, clientToken) => {
      checkGroup(group);
      const existing = store.find(group, name);
      if (existing !== undefined) {
        if (clientToken !== undefined && existing.clientToken === clientToken) return;
        throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
      }
      const now = clock.now();
      const dueAt = dueTime(group, definition);
      store.put({ group, name, definition, clientToken, dueAt, createdAt: now, modifiedAt: now });
    },
    update: (named, definition) => {
      const existing = find(named);
      store.put({ ...existing, definition, dueAt: dueTime(named.group, definition), modifiedAt: clock.now() });
    },
    get: find,
    delete: (named) => void store.remove(find(named)),
  };
};

/** What Scheduler can tell of a target before it invokes it. */
const checkTarget = (template: Template, { Arn, RoleArn, Input }: Target, sourceArn: string): void => {
  if (!isAssumable(template, RoleArn, sourceArn)) {
    const message = 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.';
    throw new AwsError('ValidationException', `${message} It is ${RoleArn}.`);
  }
  if (Arn.startsWith('arn:aws:lambda:') && Input !== undefined && !isJson(Input)) {
    throw new AwsError('ValidationException', 'Invalid RequestJson provided: the Input of a Lambda target is JSON.');
  }
};

const isAssumable = (template: Template, roleArn: string, sourceArn: string): boolean => {
  try {
    return mayAssume(template, roleArn, { service: 'scheduler.amazonaws.com', sourceArn });
  } catch (cause) {
    throw new AwsError('ValidationException', cause instanceof Error ? cause.message : String(cause));
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
