import { median } from '../median.ts';
import { type Drain, measureDrain } from './drain.ts';
import { type Counted, settledCount } from './reading.ts';
import { type MailWork, works } from './works.ts';
import { openWorld, type World, type WorldSize } from './world.ts';

/** What a message takes of it all; the CPU in milliseconds of a processor, cloud and database together. */
export type Taken = Counted & { cpu: number };

/** What some work takes, in the smallest world and in those that have grown in one way each. */
type Growth = { work: string; small: Taken; deep: Taken; crowded: Taken };

export type GrowthReport = { sizes: Sizes; growths: Growth[]; drain: Drain };

export type Sizes = { small: WorldSize; deep: WorldSize; crowded: WorldSize };

const much = 100_000;
const usual: Sizes = {
  small: { accounts: 10, depth: 0 },
  deep: { accounts: 10, depth: much },
  crowded: { accounts: much, depth: 0 },
};

/** How often one after the other world has its turn. */
const rounds = 7;
/** So many rounds do not count: until code that runs often is compiled. */
const warmUps = 3;

/** Does the same in three worlds in turns, then empties a mailbox as deep as the deepest. */
export const measureGrowth = async (sizes: Sizes = usual): Promise<GrowthReport> => {
  const growths = await compareWorlds(sizes);
  return { sizes, growths, drain: await measureDrain(sizes.deep.depth) };
};

const compareWorlds = async (sizes: Sizes): Promise<Growth[]> => {
  await using worlds = new AsyncDisposableStack();
  const open = async (size: WorldSize) => worlds.use(await openWorld(size));
  const small = await open(sizes.small);
  const deep = await open(sizes.deep);
  const crowded = await open(sizes.crowded);
  const growths: Growth[] = [];
  for (const work of works) {
    const turns = [small, deep, crowded].map((world) => ({ world, measured: [] as Taken[] }));
    for (let round = -warmUps; round < rounds; round += 1) {
      for (const { world, measured } of turns) {
        const taken = await measure(world, work);
        if (round >= 0) measured.push(taken);
      }
    }
    const [one, two, three] = turns.map(({ measured }) => summary(measured));
    if (one !== undefined && two !== undefined && three !== undefined) {
      growths.push({ work: work.name, small: one, deep: two, crowded: three });
    }
  }
  return growths;
};

const measure = async (world: World, work: MailWork): Promise<Taken> => {
  const { perRound: count } = work;
  await work.prepare(world, count);
  const [before, cpu] = [await settledCount(world.cloud), await world.cpu()];
  await work.run(world, count);
  const after = await settledCount(world.cloud);
  const used = (await world.cpu()) - cpu;
  const of = (quantity: keyof Counted) => (after[quantity] - before[quantity]) / count;
  return {
    requests: of('requests'),
    readUnits: of('readUnits'),
    writeUnits: of('writeUnits'),
    bytes: of('bytes'),
    cpu: used / count,
  };
};

/** What is counted on average, for one message in several is noted; the median of what depends on the machine. */
const summary = (measured: readonly Taken[]): Taken => {
  const mean = (quantity: keyof Taken) => measured.reduce((sum, one) => sum + one[quantity], 0) / measured.length;
  return {
    requests: mean('requests'),
    readUnits: mean('readUnits'),
    writeUnits: mean('writeUnits'),
    bytes: mean('bytes'),
    cpu: median(measured.map(({ cpu }) => cpu)),
  };
};
