import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attributes, Deployable } from '../../../local/template/index.ts';
import { loadTemplate } from '../../../local/template/index.ts';

type Sections = {
  Resources: object;
  Parameters?: object;
  Mappings?: object;
  Conditions?: object;
  Outputs?: object;
};

/** A temporary folder that goes when its test ends. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tandem-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Writes the template into a cloud assembly as the CDK lays it out, and loads that. */
export async function loadSections(sections: Sections, attributes: Attributes = () => undefined): Promise<Deployable> {
  await using folder = await temporaryFolder();
  const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'Shop.template.json' } };
  await writeFile(
    join(folder.path, 'manifest.json'),
    JSON.stringify({ version: '54.0.0', artifacts: { Shop: stack } }),
  );
  await writeFile(join(folder.path, 'Shop.template.json'), JSON.stringify(sections));
  return await loadTemplate(folder.path, { attributes });
}

/** What the intrinsic functions in a value give, next to the resources named. */
export async function evaluate(value: unknown, sections: Partial<Sections> = {}): Promise<unknown> {
  const Probe = { Type: 'Test::Probe', Properties: { value } };
  const template = await loadSections({ ...sections, Resources: { ...sections.Resources, Probe } });
  return template.resources.get('Probe')?.properties['value'];
}
