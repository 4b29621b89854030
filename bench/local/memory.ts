import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../median.ts';
import { treeOf } from '../processes.ts';

const interval = 250;
/** How many readings in a row must be alike, and how alike, in bytes. */
const readings = 5;
const tolerance = 2 ** 20;
const patience = 15_000;

/**
 * The bytes of memory that a process and all its children take once it has come to rest, so that what the garbage
 * collector is about to free does not count: the median of five readings in a row within 1 MB of each other. Each is
 * Linux's proportional set size, in which pages that processes share count once.
 * Throws when there is no such rest within 15 seconds.
 */
export const settledMemory = async (pid: number): Promise<number> => {
  const deadline = performance.now() + patience;
  for (let latest: number[] = []; performance.now() < deadline; await delay(interval)) {
    latest = [...latest, await memoryOf(pid)].slice(-readings);
    if (latest.length === readings && Math.max(...latest) - Math.min(...latest) <= tolerance) return median(latest);
  }
  throw new Error(`The memory of process ${pid} still changes after ${patience / 1000} s.`);
};

/** The bytes of memory of a process and all its children, as it is now. */
export const memoryOf = async (pid: number): Promise<number> => {
  const each = await Promise.all((await treeOf(pid)).map(ownMemory));
  return each.reduce((sum, one) => sum + one, 0);
};

const ownMemory = async (pid: number): Promise<number> => {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch((cause: unknown) => {
    throw new Error(`The memory of process ${pid} cannot be read from /proc: run this on Linux.`, { cause });
  });
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1]) * 1024;
};
