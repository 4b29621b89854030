import { alignColumns, priceList } from '#local';
import { drainLines, drainNote, growthLines } from './growth/growth-lines.ts';
import { profileLines } from './profile/profile-lines.ts';
import { coldLines, costLines, type Lines, localLines, pairingLines, type Report } from './report.ts';
import { exchangeLines, missingNote, timeLines } from './throughput/throughput-lines.ts';

/** What was measured of one thing: tables and sentences, and the page of docs/ where they belong, under that mark. */
export type Section = { page: string; mark: string; paragraphs: (Lines | string)[] };

/** When and where it was measured. */
const occasion = ({ at, machine }: Report): string =>
  `Measured ${at.slice(0, 10)} with Node ${machine.node} on ${machine.cores} cores of ${machine.processor}, ${machine.memory} GB, ${machine.system}`;

export const priceNote = `list prices of ${priceList.region} as of ${priceList.asOf}`;

/** Of whatever the report holds, in the order in which it is measured. */
export const sectionsOf = (report: Report): Section[] => {
  const { cost, cold, pairing, growth, profile, throughput, local } = report;
  const here = `${occasion(report)}.`;
  const priced = `${occasion(report)}; ${report.prices}.`;
  return [
    cost && { page: 'cost.md', mark: 'cost', paragraphs: [costLines(cost), priced] },
    cold && { page: 'cost.md', mark: 'cold', paragraphs: [coldLines(cold), priced] },
    pairing && { page: 'cost.md', mark: 'pairing', paragraphs: [pairingLines(pairing), here] },
    growth && { page: 'cost.md', mark: 'growth', paragraphs: [growthLines(growth), here] },
    growth && {
      page: 'cost.md',
      mark: 'drain',
      paragraphs: [drainLines(growth.drain), drainNote(growth.drain), here],
    },
    profile && { page: 'cost.md', mark: 'profile', paragraphs: [profileLines(profile), here] },
    throughput && {
      page: 'throughput.md',
      mark: 'closed',
      paragraphs: [exchangeLines(throughput, 'closed'), ...missingNote(throughput), here],
    },
    throughput && {
      page: 'throughput.md',
      mark: 'pipelined',
      paragraphs: [exchangeLines(throughput, 'pipelined'), ...missingNote(throughput), here],
    },
    throughput && { page: 'throughput.md', mark: 'times', paragraphs: [timeLines(throughput.times), here] },
    local && { page: 'local-cloud.md', mark: 'local', paragraphs: [localLines(local), here] },
  ].filter((section) => section !== undefined);
};

/** For a terminal. */
export const asText = (report: Report): string =>
  sectionsOf(report)
    .map(({ paragraphs }) => paragraphs.map((one) => (typeof one === 'string' ? one : alignColumns(one))).join('\n\n'))
    .join('\n\n');

/** For a document. */
export const asMarkdown = ({ paragraphs }: Section): string =>
  paragraphs.map((one) => (typeof one === 'string' ? one : markdownTable(one))).join('\n\n');

const markdownTable = ([head = [], ...rows]: Lines): string => {
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
};
