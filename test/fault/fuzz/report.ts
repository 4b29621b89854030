import type { Report } from './fuzz.ts';
import type { Finding } from './hunt.ts';

export const isClean = ({ internal, crashes, closed, wrong }: Report): boolean =>
  internal + crashes + closed + wrong === 0;

/** What people are shown of a long text. */
const excerpt = (text: string): string =>
  text.length <= 600 ? text : `${text.slice(0, 400)} … (${text.length} characters) … ${text.slice(-100)}`;

const describeFinding = ({ fault, frame, answer }: Finding): string =>
  [`\n${fault}`, `  frame   ${excerpt(frame)}`, `  answer  ${excerpt(answer)}`].join('\n');

const counted = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

/** A report for people. */
export const describeReport = (report: Report): string => {
  const { frames, seconds, seed, internal, crashes, closed, wrong, turns, findings } = report;
  return [
    `${frames} frames in ${seconds} s (${Math.round(frames / seconds)} a second), seed ${seed}`,
    `${internal} internal, ${crashes} crashes, ${closed} neighbours closed (they wrote ${turns} times), ${wrong} wrong`,
    `Answers: ${counted(report.outcomes)}`,
    ...(Object.keys(report.failures).length > 0 ? [`Logged failures: ${counted(report.failures)}`] : []),
    ...findings.map(describeFinding),
  ].join('\n');
};
