import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import type { Node } from './cpu-profile.ts';

type Frame = Node['callFrame'];

/** Where code comes from: `local/gateway`, `functions/relay`, `zod`, `AWS SDK`, `Node`; nothing for what is in no file. */
export type PlaceOf = (frame: Frame) => string | undefined;

export type Maps = {
  placeOf: PlaceOf;
  /** A frame as its source has it, with the file's path in the repository. */
  originOf: (frame: Frame) => Frame;
};

const RawMap = z.object({
  version: z.number(),
  sources: z.array(z.string()),
  names: z.array(z.string()),
  mappings: z.string(),
});

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundles = join(root, 'dist/functions');

/**
 * Reads where the code of a synthesized app comes from: its bundles are minified, so by the source maps that the build
 * has left beside them. Throws when those are of another build.
 */
export const openMaps = async (app: string): Promise<Maps> => {
  const maps = new Map<string, SourceMap>();
  for (const name of await readdir(bundles)) {
    const text = await readFile(join(bundles, name, 'index.mjs'), 'utf8');
    const raw = RawMap.parse(JSON.parse(await readFile(join(bundles, name, 'index.mjs.map'), 'utf8')));
    maps.set(text, new SourceMap({ file: '', sourceRoot: '', sourcesContent: [], ...raw }));
  }
  const byUrl = new Map<string, SourceMap>();
  for (const asset of await readdir(app)) {
    const file = join(app, asset, 'index.mjs');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const map = maps.get(text);
    if (map === undefined)
      throw new Error(`${file} is not what dist/functions has: the app was built again meanwhile.`);
    byUrl.set(pathToFileURL(file).href, map);
  }
  const originOf = (frame: Frame): Frame => {
    const map = byUrl.get(frame.url);
    const entry = map?.findEntry(frame.lineNumber, frame.columnNumber);
    if (entry !== undefined && 'originalSource' in entry) {
      const { originalSource, originalLine: lineNumber, originalColumn: columnNumber } = entry;
      // esbuild names sources from where the bundle lies.
      const url = resolve(bundles, 'any', originalSource).slice(root.length);
      return { ...frame, functionName: nameOf(entry) ?? frame.functionName, url, lineNumber, columnNumber };
    }
    if (!frame.url.startsWith('file:')) return frame;
    return { ...frame, url: fileURLToPath(frame.url).slice(root.length) };
  };
  const placeOf = (frame: Frame): string | undefined => {
    if (frame.url.startsWith('node:')) return 'Node';
    return frame.url.startsWith('file:') ? placeOfFile(originOf(frame).url) : undefined;
  };
  return { originOf, placeOf };
};

/** What Node's types leave out: the name that the source map has for it. */
const nameOf = (entry: object): string | undefined => z.safeParse(z.object({ name: z.string() }), entry).data?.name;

/** By a path in the repository. */
const placeOfFile = (file: string): string => {
  const [, inModules] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  if (inModules !== undefined) return /^@(aws-sdk|smithy|aws)\//.test(inModules) ? 'AWS SDK' : inModules;
  const [room = '', part = ''] = file.split('/');
  return room === 'protocol' ? room : `${room}/${part}`;
};
