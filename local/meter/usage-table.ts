import type { Reading } from './ledger.ts';
import { costOf } from './prices.ts';
import { quantities, type Quantity, type Usage } from './usage.ts';

/** What people call the quantities, as column heads. */
export const quantityNames: Readonly<Record<Quantity, string>> = {
  gatewayMessages: 'messages',
  connectionMinutes: 'connected min',
  invocations: 'invocations',
  coldStarts: 'cold starts',
  initMs: 'init ms',
  gbMs: 'GB-ms',
  readUnits: 'RRU',
  writeUnits: 'WRU',
  snsPublishes: 'SNS publishes',
  snsPushes: 'SNS pushes',
  sqsRequests: 'SQS requests',
  schedulerInvocations: 'schedules',
  secretCalls: 'secret calls',
  logBytes: 'log bytes',
};

/** A row for each method and the totals, columns for what was used at all and for the cost; every cell is text. */
export const usageRows = ({ perMethod, totals }: Reading): { head: string[]; rows: string[][] } => {
  const used = quantities.filter((quantity) => totals[quantity] !== 0);
  const row = (name: string, usage: Usage) => [
    name,
    ...used.map((quantity) => formatAmount(usage[quantity])),
    formatUsd(costOf(usage)),
  ];
  const methods = Object.entries(perMethod).toSorted(([, a], [, b]) => costOf(b) - costOf(a));
  return {
    head: ['method', ...used.map((quantity) => quantityNames[quantity]), 'USD'],
    rows: [...methods.map(([name, usage]) => row(name, usage)), row('total', totals)],
  };
};

/** The same as a text for a terminal. */
export const usageTable = (reading: Reading): string => {
  const { head, rows } = usageRows(reading);
  return alignColumns([head, ...rows]);
};

/** Lines of cells, the first column to the left and all others to the right. */
export const alignColumns = (lines: readonly (readonly string[])[]): string => {
  const widths = lines.reduce<number[]>(
    (widest, line) => line.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  const padded = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(padded).join('  ').trimEnd()).join('\n');
};

export const formatAmount = (amount: number): string => {
  const digits = Number.isInteger(amount) ? 0 : amount < 10 ? 2 : 1;
  return amount.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
};

/** Four significant digits, for amounts of a millionth of a dollar too. */
const formatUsd = (usd: number): string =>
  usd === 0 ? '0' : usd.toFixed(Math.max(2, 3 - Math.floor(Math.log10(usd))));
