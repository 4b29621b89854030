import * as z from 'zod/mini';
import type { Cloud } from '../cloud.ts';
import { countAws } from './aws-metrics.ts';
import { readDashboardBody } from './dashboard-body.ts';
import type { Drawing } from './drawing.ts';
import { embeddedMetrics } from './embedded.ts';
import { openMetricStore } from './metric-store.ts';

export { awsMetrics } from './aws-metrics.ts';
export { embeddedMetrics } from './embedded.ts';
export { Drawing } from './drawing.ts';

export type Monitor = Disposable & {
  /** The name of the template's dashboard, if it has one. */
  dashboard: string | undefined;
  /** That dashboard as it is now. Throws when it has what is not drawn here. */
  draw: () => Promise<Drawing>;
};

const Dashboard = z.object({ DashboardName: z.string(), DashboardBody: z.string() });

/** Collects what CloudWatch would: the metrics in the functions' logs, and what AWS counts. Until it is disposed of. */
export const openMonitor = (cloud: Cloud): Monitor => {
  const store = openMetricStore();
  const counting = countAws(cloud, store);
  const stop = cloud.onLine((line) => {
    if (line.source !== 'stdout' && line.source !== 'stderr') return;
    for (const { metric, at, values } of embeddedMetrics(line.line)) store.add(metric, at, ...values);
  });
  const resource = [...cloud.template.resources.values()].find(({ type }) => type === 'AWS::CloudWatch::Dashboard');
  const dashboard = resource && z.parse(Dashboard, resource.properties);
  const widgets = dashboard && readDashboardBody(dashboard.DashboardBody);
  return {
    dashboard: dashboard?.DashboardName,
    draw: async () => {
      // Metric math takes a library that nobody should wait for who looks at no dashboard.
      const { drawDashboard } = await import('./draw-dashboard.ts');
      return drawDashboard(widgets ?? [], store, cloud.clock.now());
    },
    [Symbol.dispose]: () => {
      stop();
      counting[Symbol.dispose]();
    },
  };
};
