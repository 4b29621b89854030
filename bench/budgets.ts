import type { Import } from './imports.ts';

/** What a function may weigh (KB, minified) and take to load (ms), or else how many times as long as `node:http` takes. */
const budgets = { bundle: 450, import: 100, ratio: 4 };

/** A sentence for each budget that is exceeded. A machine that loads everything slowly is no fault of a bundle's. */
export const exceeded = (imports: readonly Import[]): string[] =>
  imports.flatMap(({ function: name, bundle, import: time, ratio }) => [
    ...(bundle > budgets.bundle ? [`${name} has ${bundle.toFixed(0)} KB, and may have ${budgets.bundle}.`] : []),
    ...(time > budgets.import && ratio > budgets.ratio
      ? [
          `${name} takes ${time.toFixed(0)} ms to load, ${ratio.toFixed(1)} times as long as node:http, and may take ${budgets.import} or ${budgets.ratio} times.`,
        ]
      : []),
  ]);
