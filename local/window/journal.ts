import type { CloudLine } from '../cloud.ts';
import type { Activity } from '../lambda/index.ts';
import { causeOf } from '../meter/index.ts';

/** An invocation as the window shows it: never its event or result, which hold what people write. */
export type Entry = {
  requestId: string;
  function: string;
  /** The method or other cause on whose account it ran. */
  cause: string;
  /** When it began, in milliseconds since 1970. */
  at: number;
  /** How it ended; nothing while it runs. Times in milliseconds. */
  ended?: { duration: number; init: number | undefined; error: string | undefined };
  lines: string[];
};

export type Journal = {
  /** The latest first. */
  entries: () => Entry[];
  note: (activity: Activity) => void;
  write: (line: CloudLine) => void;
};

const kept = 100;
const keptLines = 50;

/** Keeps the latest invocations and what each wrote into its log. */
export const openJournal = (now: () => number): Journal => {
  const entries = new Map<string, Entry>();
  return {
    entries: () => [...entries.values()].toReversed(),
    note(activity) {
      const { requestId } = activity;
      if (activity.kind === 'started') {
        const cause = causeOf(activity.event);
        entries.set(requestId, { requestId, function: activity.function, cause, at: now(), lines: [] });
        const [oldest] = entries.keys();
        if (oldest !== undefined && entries.size > kept) entries.delete(oldest);
        return;
      }
      const { duration, init, result } = activity;
      const entry = entries.get(requestId);
      if (entry !== undefined) entry.ended = { duration, init, error: 'error' in result ? result.message : undefined };
    },
    write(line) {
      const requestId = 'requestId' in line ? line.requestId : undefined;
      const entry = requestId === undefined ? undefined : entries.get(requestId);
      if (entry !== undefined && entry.lines.length < keptLines) entry.lines.push(line.line);
    },
  };
};
