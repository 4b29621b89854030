import { formatAmount, quantities, quantityNames } from '#local';
import type { Start } from './cold.ts';
import type { Cost } from './cost.ts';
import type { GrowthReport } from './growth/measure-growth.ts';
import type { Import } from './imports.ts';
import type { Local } from './local/measure-local.ts';
import type { Machine } from './machine.ts';
import type { Pairings } from './pairing.ts';
import type { SendProfile } from './profile/measure-send.ts';
import type { Throughput } from './throughput/measure-throughput.ts';

export type Report = {
  at: string;
  machine: Machine;
  prices: string;
  cost?: Cost[];
  cold?: Start[];
  pairing?: Pairings;
  growth?: GrowthReport;
  profile?: SendProfile;
  throughput?: Throughput;
  local?: Local;
};

/** A table, its head first. */
export type Lines = string[][];

/** Columns for what is used at all. */
export const costLines = (costs: readonly Cost[]): Lines => {
  const used = quantities.filter((quantity) => costs.some(({ perUnit }) => perUnit[quantity] !== 0));
  return [
    ['scenario', 'per', ...used.map((quantity) => quantityNames[quantity]), 'USD per million'],
    ...costs.map(({ scenario, unit, perUnit, usdPerMillion }) => [
      scenario,
      unit,
      ...used.map((quantity) => formatAmount(perUnit[quantity])),
      usdPerMillion.toFixed(2),
    ]),
  ];
};

export const importLines = (imports: readonly Import[]): Lines => [
  ['function', 'MB', 'bundle KB', 'gzip KB', 'import ms', '× node:http'],
  ...imports.map(({ function: name, memory, bundle, gzip, import: time, ratio }) => [
    name,
    String(memory),
    bundle.toFixed(0),
    gzip.toFixed(0),
    time.toFixed(1),
    ratio.toFixed(2),
  ]),
];

export const coldLines = (starts: readonly Start[]): Lines => {
  const firstCalls = ['first call ms', ...starts.map(({ firstCall }) => firstCall?.toFixed(1) ?? '–')];
  return importLines(starts).map((cells, row) => [...cells, firstCalls[row] ?? '']);
};

/** What each takes, and may take. */
export const pairingLines = ({ count, p50, p95, requests }: Pairings): Lines => [
  [`of ${count} pairings, one after the other`, 'takes', 'at most'],
  ['from the code to a computer that is linked and connected; ms, the median', p50.toFixed(0), ''],
  ['the same, the 95th percentile', p95.toFixed(0), '1500'],
  ['requests to DynamoDB, of one on average', formatAmount(requests), '16'],
];

/** What each takes, and may take. */
export const localLines = ({ start, idle, connections, connection, throughput }: Local): Lines => [
  ['of this machine', 'takes', 'at most'],
  ['from npm start to ready, on data of an earlier run; ms', start.toFixed(0), '5000'],
  ['memory when idle; MB', idle.toFixed(0), '300'],
  [`memory of an idle connection, one of ${connections}; KB`, connection.toFixed(1), '25'],
  ['calls a second to the DynamoDB engine itself', throughput.direct.toFixed(0), ''],
  ['calls a second through the AWS endpoint', throughput.endpoint.toFixed(0), ''],
  ['what the endpoint costs of these; %', throughput.cost.toFixed(0), '30'],
];
