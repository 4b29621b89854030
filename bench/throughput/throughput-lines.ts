import type { Figures, Served, Throughput } from './measure-throughput.ts';
import type { WhereTimeGoes } from './where-time-goes.ts';

/** What all others are compared with. */
const measure = 'relay-sqlite';

/** Two significant digits, and no power of ten. */
const ratio = (value: number): string => String(Number(value.toPrecision(2)));

/** One way of working: what each server did, and how many times what the plainest one did. */
export const exchangeLines = ({ servers }: Throughput, work: 'closed' | 'pipelined'): string[][] => {
  const plain = servers.find(({ server }) => server === measure)?.[work];
  const times = (figures: Figures, figure: keyof Figures) =>
    plain === undefined ? '' : ratio(figures[figure] / plain[figure]);
  return [
    [
      'server',
      'accepted when',
      'messages/s',
      `× ${measure}`,
      'p50 ms',
      'CPU ms a message',
      `× ${measure}`,
      'of the generator',
    ],
    ...servers.map(({ server, accepts, [work]: figures }: Served) => [
      server,
      accepts,
      figures.rate.toFixed(0),
      times(figures, 'rate'),
      figures.latency.toFixed(figures.latency < 100 ? 1 : 0),
      figures.cpu.toPrecision(2),
      times(figures, 'cpu'),
      figures.generatorCpu.toPrecision(2),
    ]),
  ];
};

/** Places with less than this percentage are one row. */
const least = 1;

export const timeLines = ({ cloud, functions, engine, ofCloud, ofFunctions }: WhereTimeGoes): string[][] => [
  ['of the processor time', '%'],
  ['gateway, AWS endpoint and meter: one thread', cloud.toFixed(0)],
  ['the functions: a thread for each environment', functions.toFixed(0)],
  ['the DynamoDB engine: another process', engine.toFixed(0)],
  ...placeLines('of the first', ofCloud),
  ...placeLines('of the functions', ofFunctions),
];

const placeLines = (of: string, places: WhereTimeGoes['ofCloud']): string[][] => {
  const rest = places.filter(({ percent }) => percent < least).reduce((sum, { percent }) => sum + percent, 0);
  return [
    ...places
      .filter(({ percent }) => percent >= least)
      .map(({ place, percent }) => [`${of}: ${place}`, percent.toFixed(0)]),
    [`${of}: others`, rest.toFixed(0)],
  ];
};

/** Which servers were not there to be measured, in a sentence; nothing when all were. */
export const missingNote = ({ missing }: Throughput): string[] =>
  missing.length === 0 ? [] : [`Not installed on this machine, and so not measured: ${missing.join(', ')}.`];
