import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { CloudLine } from './cloud.ts';

/** Writes the lines of this run into a file of its own, and those that tell of trouble to standard error too. */
export function openLog(file: string): AsyncDisposable & { write: (line: CloudLine) => void } {
  const stream = createWriteStream(file);
  return {
    write(line) {
      const text = formatted(line);
      stream.write(`${new Date().toISOString()} ${text}\n`);
      if (line.source === 'platform' || line.source === 'aws') process.stderr.write(`${text}\n`);
    },
    async [Symbol.asyncDispose]() {
      stream.end();
      await finished(stream);
    },
  };
}

const formatted = (entry: CloudLine): string => {
  if (entry.source === 'fault') return entry.line;
  return 'function' in entry
    ? `${entry.function} ${entry.requestId ?? '-'} ${entry.line}`
    : `${entry.source} ${entry.line}`;
};
