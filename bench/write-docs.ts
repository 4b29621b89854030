import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Report } from './report.ts';
import { asMarkdown, type Section, sectionsOf } from './sections.ts';

const docs = new URL('../docs/', import.meta.url);
const profiles = new URL('profiles/', docs);

/** Puts what was measured into the documents, between the comments that mark its place; the rest stays as it is. */
export const writeDocs = async (report: Report): Promise<void> => {
  for (const section of sectionsOf(report)) await replace(section);
  if (report.profile === undefined) return;
  await mkdir(profiles, { recursive: true });
  await writeFile(new URL('relay-send.cpuprofile', profiles), JSON.stringify(report.profile.cpuProfile));
};

const replace = async (section: Section): Promise<void> => {
  const { page, mark } = section;
  const file = new URL(page, docs);
  const [begin, end] = [`<!-- bench:${mark} -->`, `<!-- /bench:${mark} -->`];
  const [before, rest] = (await readFile(file, 'utf8')).split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(
      `docs/${page} has no place for the figures of ${mark}: write ${begin} and ${end} where they belong.`,
    );
  }
  await writeFile(file, `${before}${begin}\n${asMarkdown(section)}\n${end}${after}`);
};
