/** `npm run check:budgets`: how large the functions are, how long they load, and whether they may. */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alignColumns, synthesize } from '#local';
import { exceeded } from './budgets.ts';
import { measureImports } from './imports.ts';
import { importLines } from './report.ts';

/** With these the stack has every function that there is. */
const settings = { 'tandem.fcmSecret': 'google', 'tandem.webPushSubject': 'mailto:push@example.org' };

await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-budgets-'));
await synthesize(process.cwd(), folder.path, settings);
const imports = [...(await measureImports(folder.path)).values()];
process.stdout.write(`${alignColumns(importLines(imports))}\n`);
for (const sentence of exceeded(imports)) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
