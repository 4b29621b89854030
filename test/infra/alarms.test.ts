import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { fields } from '../../functions/shared/telemetry/fields.ts';
import { metrics } from '../../functions/shared/telemetry/metrics.ts';
import { templateWith } from '../fixtures/stage.ts';
import { alarmsOf, valueOf, wrongWith } from './telemetry.ts';
import { resourcesOf, synthesized } from './template.ts';

const template = await synthesized();
const alarms = alarmsOf(template);
const runbook = await readFile('docs/runbook.md', 'utf8');
/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
const sections = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return [anchorOf(heading), lines.join('\n')];
    }),
);
const SavedQuery = z.object({ Name: z.string(), QueryString: z.string(), LogGroupNames: z.array(z.string()).min(1) });
const queries = new Map(
  resourcesOf(template, 'AWS::Logs::QueryDefinition').map(({ properties }) => {
    const query = SavedQuery.parse(properties);
    return [query.Name, query];
  }),
);
const nameOf = ({ AlarmName }: { AlarmName: string }) => AlarmName.replace('tandem-dev-', '');

/** Who is told of what by e-mail. */
const emails = (of: unknown) =>
  resourcesOf(of, 'AWS::SNS::Subscription').flatMap(({ properties }) =>
    properties['Protocol'] === 'email' ? [[properties['TopicArn'], properties['Endpoint']]] : [],
  );

test('there is one for each symptom', () => {
  expect(alarms.map(nameOf).toSorted()).toEqual([
    'cost',
    'dead-letters',
    'failing-calls',
    'failing-wake-ups',
    'refused-connections',
    'slow-acknowledgements',
    'throttled-functions',
    'throttled-tables',
    'undelivered-mail',
  ]);
});

describe('an alarm', () => {
  test.for(alarms)('names its section of the runbook: $AlarmName', (alarm) => {
    const name = nameOf(alarm);
    expect(alarm.AlarmDescription).toMatch(new RegExp(`^[^.]+\\. docs/runbook\\.md#${name}$`));
    const section = sections.get(name);
    expect(section).toMatch(/\*\*It means\*\*.*\*\*Look\*\*.*\*\*Do\*\*/s);
  });

  test.for(alarms)('has a saved query, which its section names: $AlarmName', (alarm) => {
    const name = nameOf(alarm);
    expect(queries.get(`tandem-dev/${name}`)?.QueryString).toMatch(/\w/);
    expect(sections.get(name)).toContain(`\`${name}\``);
  });

  test.for(alarms)('tells a topic when it goes off, and when all is well again: $AlarmName', (alarm) => {
    const [topic] = alarm.AlarmActions;
    expect(topic).toMatch(/^<TelemetryAlarms(Page|Ticket)>$/);
    expect(alarm.OKActions).toEqual([topic]);
  });

  test.for(alarms)('is among those that the runbook says who is told of: $AlarmName', (alarm) => {
    const severity = alarm.AlarmActions[0] === '<TelemetryAlarmsPage>' ? 'page' : 'ticket';
    const row = runbook.split('\n').find((line) => line.startsWith(`| \`${severity}\` |`));
    expect(row).toContain(`(#${nameOf(alarm)})`);
  });

  test.for(alarms)(
    'takes missing data for nothing wrong, and more than one bad minute for an alarm: $AlarmName',
    (alarm) => {
      expect(alarm.TreatMissingData).toBe('notBreaching');
      expect(alarm.ComparisonOperator).toBe('GreaterThanOrEqualToThreshold');
      if (nameOf(alarm) !== 'dead-letters') expect(alarm.DatapointsToAlarm).toBeGreaterThan(1);
      expect(alarm.DatapointsToAlarm).toBeLessThanOrEqual(alarm.EvaluationPeriods);
    },
  );

  // "Using metric math" of the CloudWatch user guide: an alarm on an expression includes ten metrics at most.
  test.for(alarms)('looks at metrics that there are, and at ten at most: $AlarmName', ({ named }) => {
    expect(named.length).toBeGreaterThan(0);
    expect(named.length).toBeLessThanOrEqual(10);
    expect(named.flatMap((metric) => wrongWith(metric) ?? [])).toEqual([]);
  });
});

describe('what an alarm looks at', () => {
  test.for([
    ['failing-calls', { internal: 12, frames: 1188 }, 1],
    // Nobody gets as far as to send a frame.
    ['failing-calls', { authorize: 30 }, 100],
    ['failing-calls', { internal: 5, relay: 4, frames: 100 }, 0],
    ['refused-connections', { denied: 30, opened: 10 }, 75],
    ['refused-connections', { denied: 19 }, 0],
    ['failing-wake-ups', { failed: 25, sent: 75 }, 25],
    ['failing-wake-ups', { sent: 75 }, 0],
    ['throttled-functions', { relay: 2, keys: 1 }, 3],
    ['throttled-tables', { mailboxWrites: 4 }, 4],
    ['dead-letters', { wakeups: 1 }, 1],
    // 4000 frames an hour, of a dollar a million.
    ['cost', { frames: 4000 }, 0.096],
  ] as const)('is of %s, with %j, %d', ([name, given, value]) => {
    const alarm = alarms.find((one) => nameOf(one) === name);
    expect(alarm && valueOf(alarm, given)).toBeCloseTo(value, 6);
  });
});

/** Words of the language of Logs Insights; `m` is a minute. */
const language =
  'fields filter stats sort limit by as count sum bin m coalesce ispresent strlen or like desc asc @timestamp @message';
const words = [...Object.keys(fields), ...Object.keys(metrics), 'error', 'Outcome', ...language.split(' ')];

test.for([...queries.values()])('a saved query names fields that functions write: $Name', ({ QueryString: text }) => {
  const aliases = [...text.matchAll(/ as (\w+)/g)].map(([, alias = '']) => alias);
  const named = text.replaceAll(/"[^"]*"|\/.*?\//g, '').matchAll(/(@?[A-Za-z]\w*)(?:\.\w+)?/g);
  const unknown = [...named].flatMap(([, name = '']) => ([...words, ...aliases].includes(name) ? [] : name));
  expect(unknown).toEqual([]);
});

test('the dead letters of every queue of work are looked at', () => {
  const queues = resourcesOf(template, 'AWS::SQS::Queue').filter(({ id }) => id.endsWith('DeadLetters'));
  const alarm = alarms.find((one) => nameOf(one) === 'dead-letters');
  expect(new Set(alarm?.named.map(({ dimensions }) => dimensions['QueueName']))).toEqual(
    new Set(queues.map(({ id }) => `<${id}.QueueName>`)),
  );
});

test('the budget of a day is a setting', async () => {
  const costing = alarmsOf(await templateWith({ 'tandem.costPerDay': '250' })).find((one) => nameOf(one) === 'cost');
  expect(costing).toMatchObject({ Threshold: 250 });
});

describe('the topics of alarms', () => {
  test('may be published to by the alarms of this account', () => {
    const policies = resourcesOf(template, 'AWS::SNS::TopicPolicy').filter(({ id }) =>
      id.startsWith('TelemetryAlarms'),
    );
    expect(policies).toHaveLength(2);
    for (const { properties } of policies) {
      expect(JSON.stringify(properties)).toContain('"Service":"cloudwatch.amazonaws.com"');
    }
  });

  test('tell whom the settings name by e-mail, and nobody without', async () => {
    expect(emails(template)).toEqual([]);
    const settings = { 'tandem.pageEmail': 'on-call@example.org', 'tandem.ticketEmail': 'desk@example.org' };
    expect(emails(await templateWith(settings))).toEqual([
      ['<TelemetryAlarmsPage>', 'on-call@example.org'],
      ['<TelemetryAlarmsTicket>', 'desk@example.org'],
    ]);
  });
});
