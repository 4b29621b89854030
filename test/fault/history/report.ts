import type { Fact } from './judge/fact.ts';
import type { Verdict } from './judge/judge.ts';
import type { Violation } from './judge/violation.ts';

export type Report = Verdict & {
  /** How often each has struck: in the cloud, and from outside. */
  faults: Record<string, number>;
  /** Messages that the SDK refused to send for good, by why. */
  refused: Record<string, number>;
  /** What else the SDK told the applications. */
  heard: Record<string, number>;
  devices: number;
  seed: number;
  /** For how long things went wrong. */
  milliseconds: number;
  /** And then until all was still. */
  settling: number;
};

const kinds = ['lost', 'duplicated', 'reordered', 'foreign'] as const;

/** For a program: without the histories, which are for people. */
export const asJson = (report: Report): string => {
  const { accepted, delivered, lost, duplicated, reordered, foreign, faults, ...more } = report;
  const told = { accepted, delivered, lost, duplicated, reordered, foreign, faults, ...more, violations: undefined };
  return JSON.stringify(told);
};

/** For a terminal. */
export const asText = (report: Report): string => {
  const { accepted, delivered, lost, duplicated, reordered, foreign, interrupted, devices, seed } = report;
  const rows = [
    `${accepted} messages accepted and ${delivered} delivered between ${devices} devices in ${seconds(report.milliseconds)} s, seed ${seed}; all was still ${seconds(report.settling)} s later.`,
    `${lost} lost, ${duplicated} duplicated, ${reordered} reordered, ${foreign} foreign; ${interrupted} delivered again after a kill at work.`,
    `Faults: ${all(report.faults)}.`,
  ];
  if (Object.keys(report.refused).length > 0) rows.push(`Refused: ${all(report.refused)}.`);
  if (Object.keys(report.heard).length > 0) rows.push(`Heard: ${all(report.heard)}.`);
  return rows.join('\n');
};

const seconds = (milliseconds: number): number => Math.round(milliseconds / 1000);

/** The most frequent first. */
const all = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** The shortest history of each kind of violation; nothing where there is none. */
export const violationsText = ({ violations }: Pick<Report, 'violations'>): string =>
  kinds
    .flatMap((kind) => violations.find((violation) => violation.kind === kind) ?? [])
    .map(historyOf)
    .join('\n');

const historyOf = ({ kind, what, facts }: Violation): string =>
  [`${kind}: ${what}:`, ...facts.map((fact) => `  ${lineOf(fact)}`)].join('\n');

const lineOf = ({ at, device, kind, ...more }: Fact): string =>
  `${new Date(at).toISOString().slice(11, 23)} ${device} ${kind} ${JSON.stringify(more)}`;

/** How often each was said of what applications heard. */
export const countHeard = (facts: readonly Fact[]): Pick<Report, 'refused' | 'heard'> => ({
  refused: countAll(facts.flatMap((fact) => (fact.kind === 'refused' ? fact.why : []))),
  heard: countAll(facts.flatMap((fact) => (fact.kind === 'hears' ? `${fact.event} ${fact.detail}`.trim() : []))),
});

const countAll = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
