import { readdir, readFile } from 'node:fs/promises';

/** A process and all that descend from it, as Linux tells. */
export const treeOf = async (pid: number): Promise<number[]> => {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')));
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return [pid, ...(await Promise.all(children.map(treeOf))).flat()];
};

/** Linux counts in hundredths of a second (`USER_HZ`), whatever its own clock. */
const tick = 10;

/** Milliseconds of a processor that a process has used so far, with all its threads, in its own code and in the kernel. */
export const cpuOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // proc(5): after the name in parentheses, which may hold anything, utime and stime are the 12th and 13th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tick;
};

/** The same of a process and all that descend from it. */
export const treeCpuOf = async (pid: number): Promise<number> => {
  const each = await Promise.all((await treeOf(pid)).map(cpuOf));
  return each.reduce((sum, one) => sum + one, 0);
};
