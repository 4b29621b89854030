import type uPlot from 'uplot';
import type { Graph, Line } from '../../metrics/drawing.ts';

const palette = ['#2f6fde', '#e8590c', '#2b8a3e', '#c2255c', '#7048e8', '#0b7285', '#868e96', '#a17f00'];
const amount = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const toTheMinute = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const toTheSecond = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const font = '11px system-ui, sans-serif';

export const colorOf = (index: number): string => palette[index % palette.length] ?? '';
export const format = (value: number | null | undefined): string =>
  typeof value === 'number' ? amount.format(value) : '–';
export const sizeOf = ({ clientWidth: width, clientHeight: height }: HTMLElement) => ({ width, height });

/** In a stack each line stands on the one before it. */
const stackOf = (lines: readonly Line[]): number[][] =>
  lines.reduce<number[][]>((stack, { values }) => {
    const below = stack.at(-1);
    return [...stack, values.map((value, i) => (value ?? 0) + (below?.[i] ?? 0))];
  }, []);

/** What uPlot draws: times, then the values of each line. */
export const dataOf = (times: number[], { stacked, lines }: Graph): uPlot.AlignedData => [
  times,
  ...(stacked ? stackOf(lines) : lines.map(({ values }) => values)),
];

type Colors = { color: string; outlineColor: string };

const axis = ({ color, outlineColor }: Colors, scale: string) => ({
  scale,
  font,
  labelFont: font,
  labelSize: 18,
  labelGap: 2,
  size: 44,
  gap: 4,
  space: 34,
  stroke: color,
  grid: { show: scale === 'left', stroke: outlineColor, width: 1 },
  ticks: { show: false },
  values: (_plot: uPlot, marks: number[]) => marks.map((mark) => amount.format(mark)),
});

const timeAxis = (colors: Colors): uPlot.Axis => ({
  ...axis(colors, 'x'),
  size: 26,
  space: 52,
  values: (_plot, marks) => {
    const [first = 0, next = first] = marks;
    const time = next - first < 60 ? toTheSecond : toTheMinute;
    return marks.map((mark) => time.format(mark * 1000));
  },
});

const axesOf = ({ left, right }: Graph['axes'], colors: Colors): uPlot.Axis[] => [
  timeAxis(colors),
  { ...axis(colors, 'left'), label: left.label },
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- uPlot's enum is there in its types only
  ...(right === undefined ? [] : [{ ...axis(colors, 'right'), side: 1, label: right.label }]),
];

const fromZero: uPlot.Scale = { range: (_plot, _least, most) => [0, most > 0 ? most * 1.08 : 1] };

/** How a graph looks in the room of an element, in its colors. */
export const optionsOf = ({ axes, lines, stacked }: Graph, area: HTMLElement): uPlot.Options => ({
  ...sizeOf(area),
  padding: [8, axes.right === undefined ? 14 : 0, 0, 0],
  legend: { show: false },
  cursor: { y: false, drag: { x: false } },
  scales: { left: fromZero, right: fromZero },
  axes: axesOf(axes, getComputedStyle(area)),
  series: [
    {},
    ...lines.map((line, i) => ({
      scale: line.axis,
      stroke: colorOf(i),
      width: 1.75,
      points: { show: false },
      ...(stacked && { fill: `${colorOf(i)}66` }),
    })),
  ],
  bands: stacked ? lines.slice(1).map((_line, i) => ({ series: [i + 2, i + 1] })) : [],
});
