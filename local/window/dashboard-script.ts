import { fileURLToPath } from 'node:url';

let script: Promise<string> | undefined;

const bundle = async (): Promise<string> => {
  // Only who looks at the dashboard waits for it.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('browser/dashboard.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
};

/** What the dashboard's page runs, in one file. @throws what esbuild found wrong */
export const dashboardScript = (): Promise<string> => {
  script ??= bundle();
  return script;
};
