import { readFile } from 'node:fs/promises';
import { cpuOf, treeOf } from '../processes.ts';
import { profileCloud } from '../profile/inspect.ts';
import { openMaps } from '../profile/places.ts';
import { percentages, timesByCaller, wholeOf } from '../profile/shares.ts';
import type { RunningCloud } from '../run-cloud.ts';

type Places = { place: string; percent: number }[];

/** Percentages of the local cloud's processor time. */
export type WhereTimeGoes = {
  /** Of the whole, the part of each. */
  cloud: number;
  functions: number;
  engine: number;
  /** Within the cloud's own thread, and within the functions. */
  ofCloud: Places;
  ofFunctions: Places;
};

/** Profiles the threads of a running cloud while the work lasts, and tells its engine's time by itself. */
export const measureTimes = async (cloud: RunningCloud, work: () => Promise<unknown>): Promise<WhereTimeGoes> => {
  const { placeOf } = await openMaps(cloud.app);
  const before = await cpuByProcess(cloud.pid);
  const { main, workers } = await profileCloud(cloud, work);
  const after = await cpuByProcess(cloud.pid);
  const [own, engine] = [after.own - before.own, after.engine - before.engine];
  const [ofMain, ofWorkers] = [timesByCaller([main], placeOf), timesByCaller(workers, placeOf)];
  const share = wholeOf(ofMain) / (wholeOf(ofMain) + wholeOf(ofWorkers));
  const whole = own + engine;
  return {
    cloud: (own / whole) * share * 100,
    functions: (own / whole) * (1 - share) * 100,
    engine: (engine / whole) * 100,
    ofCloud: percentages(ofMain),
    ofFunctions: percentages(ofWorkers),
  };
};

const cpuByProcess = async (pid: number): Promise<{ own: number; engine: number }> => {
  let engine = 0;
  for (const one of await treeOf(pid)) {
    if ((await readFile(`/proc/${one}/comm`, 'utf8')).trim() === 'dynoxide') engine += await cpuOf(one);
  }
  return { own: await cpuOf(pid), engine };
};
