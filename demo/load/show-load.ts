import { runLoad } from './run-load.ts';
import { startTroubledCloud } from './troubled-cloud.ts';

type Watch = {
  /** The folder for everything that is written. */
  folder: string;
  seconds: number;
  /** Called with the address of the dashboard as soon as there is something to see. */
  watch: (dashboard: string) => Promise<void>;
};

/** A load on a cloud of its own, with the window that shows it; how often each thing was done. */
export const showLoad = async ({ folder, seconds, watch }: Watch): Promise<Record<string, number>> => {
  await using cloud = await startTroubledCloud(folder);
  const [done] = await Promise.all([runLoad(cloud.endpoint, seconds), watch(new URL('dashboard', cloud.window).href)]);
  return done;
};
