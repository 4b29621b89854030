import { Duration } from 'aws-cdk-lib';
import { Dashboard as Board, type IWidget, TextWidget, TextWidgetBackground } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Metrics } from './metrics.ts';
import { isItUp } from './rows/is-it-up.ts';
import { isMailFlowing } from './rows/is-mail-flowing.ts';
import { whatHurts } from './rows/what-hurts.ts';
import { whatItCosts } from './rows/what-it-costs.ts';

const heading = (question: string): IWidget =>
  new TextWidget({ markdown: `## ${question}`, width: 24, height: 1, background: TextWidgetBackground.TRANSPARENT });

/** One page with an operator's four questions, a row each. */
export class Dashboard extends Board {
  constructor(scope: Construct, id: string, { name, metrics }: { name: string; metrics: Metrics }) {
    super(scope, id, {
      dashboardName: name,
      defaultInterval: Duration.hours(3),
      widgets: [
        [heading('Is it up?')],
        isItUp(metrics),
        [heading('Is mail flowing?')],
        isMailFlowing(metrics),
        [heading('What hurts?')],
        whatHurts(metrics),
        [heading('What does it cost?')],
        whatItCosts(metrics),
      ],
    });
  }
}
