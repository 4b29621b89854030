import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { costParts, costPerMillion } from '../cost.ts';
import type { Metrics } from '../metrics.ts';
import { graph } from './graph.ts';

/** What AWS bills for at the moment, and what a message takes of it. */
export const whatItCosts = (metrics: Metrics): IWidget[] => {
  const accepted = metrics.ours('Accepted', 'Sum');
  const units = (kind: 'Read' | 'Write', label: string) => {
    const ids = [`directory${kind}s`, `mailbox${kind}s`] as const;
    const [directory, mailboxes] = ids;
    return metrics.formula(
      `(FILL(${directory}, 0) + FILL(${mailboxes}, 0)) / accepted`,
      {
        [directory]: metrics.table(`Consumed${kind}CapacityUnits`, 'directory'),
        [mailboxes]: metrics.table(`Consumed${kind}CapacityUnits`, 'mailboxes'),
        accepted,
      },
      label,
    );
  };
  return [
    graph({
      title: 'Estimated cost, at this rate',
      unit: 'USD a day',
      left: Object.values(costParts(metrics)),
      stacked: true,
    }),
    graph({ title: 'Estimated cost of a million messages', unit: 'USD', left: [costPerMillion(metrics)] }),
    graph({
      title: 'DynamoDB, of a message',
      unit: 'request units',
      left: [units('Write', 'write units'), units('Read', 'read units')],
    }),
    graph({
      title: 'Logs, of a message',
      unit: 'bytes',
      left: [
        metrics.formula('FILL(relayLog, 0) / accepted', { relayLog: metrics.logBytes('relay'), accepted }, 'relay'),
        metrics.formula('FILL(frameLog, 0) / accepted', { frameLog: metrics.accessLogBytes, accepted }, 'access log'),
      ],
    }),
  ];
};
