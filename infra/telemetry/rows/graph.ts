import { GraphWidget, type IMetric, LegendPosition } from 'aws-cdk-lib/aws-cloudwatch';

type Graph = {
  title: string;
  /** What the axis measures. */
  unit: string;
  left: IMetric[];
  /** A second axis, where there is one. */
  right?: { unit: string; metrics: IMetric[] };
  stacked?: boolean;
};

const axis = (label: string) => ({ label, min: 0, showUnits: false });

/** A graph that takes a quarter of the page's width. */
export const graph = ({ title, unit, left, right, stacked = false }: Graph): GraphWidget =>
  new GraphWidget({
    title,
    width: 6,
    height: 6,
    left,
    leftYAxis: axis(unit),
    ...(right !== undefined && { right: right.metrics, rightYAxis: axis(right.unit) }),
    stacked,
    legendPosition: LegendPosition.BOTTOM,
  });
