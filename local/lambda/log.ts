/** One line of what a function wrote, or of what its environment has to say about it (`platform`). */
export type LogLine = {
  function: string;
  /** The invocation in which it was written; absent while the environment started or was idle. */
  requestId?: string;
  source: 'stdout' | 'stderr' | 'platform';
  line: string;
};

export type Report = (line: LogLine) => void;

/** Cuts text that comes in pieces into lines; `flush` gives the last one, which nothing ended. */
export function lineSplitter(take: (line: string) => void): { write: (text: string) => void; flush: () => void } {
  let rest = '';
  return {
    write(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    },
    flush() {
      if (rest !== '') take(rest);
      rest = '';
    },
  };
}
