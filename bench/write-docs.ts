import { readFile, writeFile } from 'node:fs/promises';
import {
  asMarkdown,
  circumstances,
  coldLines,
  costLines,
  localLines,
  occasion,
  pairingLines,
  type Report,
} from './report.ts';

/** Puts what was measured into the documents, between the comments that mark its place; the rest stays as it is. */
export const writeDocs = async (report: Report): Promise<void> => {
  const { cost, cold, pairing, local } = report;
  if (cost !== undefined) await replace('cost.md', 'cost', [asMarkdown(costLines(cost)), circumstances(report)]);
  if (cold !== undefined) await replace('cost.md', 'cold', [asMarkdown(coldLines(cold)), circumstances(report)]);
  if (pairing !== undefined)
    await replace('cost.md', 'pairing', [asMarkdown(pairingLines(pairing)), `${occasion(report)}.`]);
  if (local !== undefined)
    await replace('local-cloud.md', 'local', [asMarkdown(localLines(local)), `${occasion(report)}.`]);
};

const replace = async (page: string, part: string, paragraphs: readonly string[]): Promise<void> => {
  const file = new URL(`../docs/${page}`, import.meta.url);
  const [begin, end] = [`<!-- bench:${part} -->`, `<!-- /bench:${part} -->`];
  const [before, rest] = (await readFile(file, 'utf8')).split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(
      `docs/${page} has no place for the figures of ${part}: write ${begin} and ${end} where they belong.`,
    );
  }
  await writeFile(file, `${before}${begin}\n${paragraphs.join('\n\n')}\n${end}${after}`);
};
