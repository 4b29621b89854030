import type { Failure, Report } from './check.ts';

/** For a terminal. */
export const asText = (report: Report): string => {
  const { seed, histories, linked, violations, calls, milliseconds } = report;
  return [
    `${histories} histories of seed ${seed}: ${linked} companions linked, ${violations} violations, in ${Math.round(milliseconds / 1000)} s.`,
    `${calls} calls: ${all(report.outcomes)}.`,
    `Faults: ${all(report.faults)}.`,
    ...report.failures.map(({ history }) => `Violated in history ${history}: --seed ${seed} --only ${history}.`),
  ].join('\n');
};

/** The most frequent first. */
const all = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** What was violated, and what happened until then. */
export const failureText = ({ history, violations, steps, shortest, lines }: Failure, seed: number): string =>
  [
    `History ${history} (--seed ${seed} --only ${history}), ${shortest} of its ${steps} steps:`,
    ...violations.map((violation) => `  ${violation}`),
    '  What happened:',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
