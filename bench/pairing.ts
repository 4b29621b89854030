import type { Session } from '#client';
import { openStage, type Stage } from './stage.ts';

/** What it takes to link a computer, over several in sequence. */
export type Pairings = {
  count: number;
  /** Milliseconds from the code on the screen until the computer is connected as a device, all programs on this machine. */
  p50: number;
  p95: number;
  /** Requests to DynamoDB for one, on average: from the computer's first connection until it has asked for its mail. */
  requests: number;
};

/** Computers that are linked before it counts, so that every function is warm. */
const warmUp = 3;
/** Long enough that whatever a closed connection causes is over. */
const pause = 100;

/** Links computers by the SDK, one after the other, in the cloud of the app synthesized in a folder. */
export const measurePairings = async (app: string, count = 100): Promise<Pairings> => {
  await using stage = await openStage(app);
  for (let linked = 0; linked < warmUp; linked += 1) await measurePairing(stage);
  const measured: Measured[] = [];
  for (let linked = 0; linked < count; linked += 1) measured.push(await measurePairing(stage));
  const times = measured.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
  const requests = measured.reduce((sum, one) => sum + one.requests, 0) / count;
  return { count, p50: percentile(times, 50), p95: percentile(times, 95), requests };
};

type Measured = { milliseconds: number; requests: number };

/** Links a computer, and unlinks it again: an account holds ten. */
const measurePairing = async ({ cloud, follower, ada }: Stage): Promise<Measured> => {
  let requests = 0;
  const stopCounting = cloud.aws.onCall(({ service, function: by }) => {
    if (service === 'dynamodb' && by !== undefined) requests += 1;
  });
  const synced = follower.called('relay.sync', follower.calls('relay.sync') + 1);
  let shown = 0;
  const computer = await ada.linkComputer(() => {
    shown = performance.now();
  });
  await online(computer);
  const milliseconds = performance.now() - shown;
  await synced;
  stopCounting();

  await computer.close();
  await follower.quiet(pause);
  await ada.phone.unlink(computer.device);
  await follower.quiet(pause);
  return { milliseconds, requests };
};

const online = (session: Session): Promise<void> =>
  new Promise((resolve) => {
    if (session.online) return resolve();
    const stop = session.on('online', (is) => {
      if (!is) return;
      stop();
      resolve();
    });
  });

/** By the nearest rank. */
const percentile = (ascending: readonly number[], percent: number): number =>
  ascending[Math.ceil((percent / 100) * ascending.length) - 1] ?? Number.NaN;
