import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { type AlarmSpec, alarmSpecs } from './alarm-specs.ts';
import { AlarmTopic } from './alarm-topic.ts';
import type { Observed } from './observed.ts';

/** The alarms of a deployment, and the topics that tell of them: `page` for what cannot wait, `ticket` for what can. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { observed, config }: { observed: Observed; config: Config }) {
    super(scope, id);
    const topics = {
      page: new AlarmTopic(this, 'Page', config.pageEmail),
      ticket: new AlarmTopic(this, 'Ticket', config.ticketEmail),
    };
    for (const [name, spec] of Object.entries<AlarmSpec>(alarmSpecs(observed, config))) {
      const action = new SnsAction(topics[spec.severity]);
      const alarm = new Alarm(this, name, {
        alarmName: `tandem-${config.stage}-${name}`,
        alarmDescription: `${spec.says} docs/runbook.md#${name}`,
        metric: spec.metric,
        threshold: spec.threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        datapointsToAlarm: spec.points,
        evaluationPeriods: spec.of,
        // Where nobody writes, nothing is measured and nothing is wrong; nights would be full of alarms else. Whether the
        // cloud can be reached at all cannot be seen from within: that takes a probe from outside, see the runbook.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }
}
