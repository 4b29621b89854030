import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { metricsOf } from './metrics.ts';
import type { Observed } from './observed.ts';
import { SavedQueries } from './saved-queries.ts';

/** What an operator has: a page that shows how the deployment does, alarms, and queries to find out why. */
export class Telemetry extends Construct {
  readonly dashboard: Dashboard;
  readonly alarms: Alarms;
  readonly queries: SavedQueries;

  constructor(scope: Construct, id: string, { config, observed }: { config: Config; observed: Observed }) {
    super(scope, id);
    const name = `tandem-${config.stage}`;
    this.dashboard = new Dashboard(this, 'Dashboard', { name, metrics: metricsOf(observed) });
    this.alarms = new Alarms(this, 'Alarms', { observed, config });
    this.queries = new SavedQueries(this, 'Queries', { name, functions: observed.functions });
  }
}
