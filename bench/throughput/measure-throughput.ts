import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../median.ts';
import { treeCpuOf } from '../processes.ts';
import { startEjabberd } from './ejabberd.ts';
import { exchange, type Work } from './exchange.ts';
import type { Pair, Peer } from './peer.ts';
import { startProsody } from './prosody.ts';
import { startRelaySqlite } from './relay-sqlite.ts';
import { startTandem, type Tandem } from './tandem.ts';
import { measureTimes, type WhereTimeGoes } from './where-time-goes.ts';

/** Messages a second, milliseconds from sending to arrival, and milliseconds of a processor for a message. */
export type Figures = { rate: number; latency: number; cpu: number; generatorCpu: number };

/** What a server did of the same work; all are medians over the rounds. */
export type Served = { server: string; accepts: string; closed: Figures; pipelined: Figures };

export type Throughput = {
  pairs: number;
  rounds: number;
  servers: Served[];
  /** Those that are not installed here. */
  missing: string[];
  times: WhereTimeGoes;
};

export type Size = { pairs: number; rounds: number; duration: number };

const usual: Size = { pairs: 50, rounds: 5, duration: 3000 };
/** So many rounds do not count: until code that runs often is compiled. */
const warmUps = 3;
const outstanding = { closed: 1, pipelined: 64 };

/**
 * Has several servers do the same work in turns, each in processes of its own beside this one, which sends and receives.
 * `beside` is the folder of another checkout of this repository, to be measured too.
 */
export const measureThroughput = async (beside?: string, size: Size = usual): Promise<Throughput> => {
  const { pairs, rounds, duration } = size;
  await using running = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  running.defer(() => rm(data, { recursive: true, maxRetries: 5 }));
  const folderOf = async (name: string) => {
    const folder = join(data, name);
    await mkdir(folder);
    return folder;
  };
  const tandem = running.use(await startTandem(await folderOf('tandem')));
  const before = beside === undefined ? [] : [running.use(await startTandem(await folderOf('beside'), beside))];
  const relay = running.use(await startRelaySqlite(await folderOf('relay-sqlite')));
  const prosody = running.use(await startProsody(await folderOf('prosody'), pairs));
  const ejabberd = running.use(await startEjabberd(await folderOf('ejabberd'), pairs));
  const others = [prosody, ejabberd].filter((peer) => peer !== undefined);

  const contestants: Contestant[] = [];
  for (const peer of [tandem, ...before, relay, ...others]) {
    contestants.push({ peer, pairs: await peer.connect(pairs), closed: [], pipelined: [] });
  }
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const name of ['closed', 'pipelined'] as const) {
      for (const one of contestants) {
        const figures = await measure(one, { window: outstanding[name], duration });
        if (round >= 0) one[name].push(figures);
      }
    }
  }
  const served = contestants.map(({ peer: { name, accepts }, closed, pipelined }) => ({
    server: name,
    accepts,
    closed: middle(closed),
    pipelined: middle(pipelined),
  }));
  const missing = [prosody ?? 'prosody', ejabberd ?? 'ejabberd'].filter((one) => typeof one === 'string');
  return { pairs, rounds, servers: served, missing, times: await profile(tandem, contestants[0], duration) };
};

type Contestant = { peer: Peer; pairs: Pair[]; closed: Figures[]; pipelined: Figures[] };

const measure = async ({ peer, pairs }: Contestant, work: Work): Promise<Figures> => {
  const [cpu, own] = [await treeCpuOf(peer.pid), process.cpuUsage()];
  const { messages, duration, latencies } = await exchange(peer, pairs, work);
  const { user, system } = process.cpuUsage(own);
  return {
    rate: (messages / duration) * 1000,
    latency: median(latencies),
    cpu: ((await treeCpuOf(peer.pid)) - cpu) / messages,
    generatorCpu: (user + system) / 1000 / messages,
  };
};

const middle = (measured: readonly Figures[]): Figures => {
  const of = (figure: keyof Figures) => median(measured.map((one) => one[figure]));
  return { rate: of('rate'), latency: of('latency'), cpu: of('cpu'), generatorCpu: of('generatorCpu') };
};

const profile = async (
  { cloud }: Tandem,
  contestant: Contestant | undefined,
  duration: number,
): Promise<WhereTimeGoes> => {
  if (contestant === undefined) throw new Error('There is nobody to send.');
  const { peer, pairs } = contestant;
  return measureTimes(cloud, () => exchange(peer, pairs, { window: outstanding.pipelined, duration }));
};
