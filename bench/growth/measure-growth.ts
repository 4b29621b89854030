import { median } from '../median.ts';
import { type Drain, measureDrain } from './drain.ts';
import { type Counted, settledCount } from './reading.ts';
import { type MailWork, works } from './works.ts';
import { openWorld, type Stage, type World, type WorldSize } from './world.ts';

/** What a message takes of it all; milliseconds of a processor, of the cloud and of the database that stands for DynamoDB. */
export type Taken = Counted & { cloud: number; database: number };

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

/** How often the clouds are started anew: one process of the same code takes some percent more time than another. */
const starts = 5;
/** How often then one after the other has its turn. */
const rounds = 3;
/** So many rounds do not count: until code that runs often is compiled. */
const warmUps = 4;

/** Does the same in three worlds in turns, then empties a mailbox as deep as the deepest. */
export const measureGrowth = async (sizes: Sizes = usual): Promise<GrowthReport> => {
  const growths = await compareWorlds(sizes);
  return { sizes, growths, drain: await measureDrain(sizes.deep.depth) };
};

const compareWorlds = async (sizes: Sizes): Promise<Growth[]> => {
  await using worlds = new AsyncDisposableStack();
  const open = async (size: WorldSize) => worlds.use(await openWorld(size));
  const all = { small: await open(sizes.small), deep: await open(sizes.deep), crowded: await open(sizes.crowded) };
  const measured = works.map((work) => ({ work, small: [] as Taken[], deep: [] as Taken[], crowded: [] as Taken[] }));
  for (let start = 0; start < starts; start += 1) await measureOnce(all, measured);
  return measured.map(({ work, small, deep, crowded }) => ({
    work: work.name,
    small: summary(small),
    deep: summary(deep),
    crowded: summary(crowded),
  }));
};

/** Adds what one start of the clouds gives. */
const measureOnce = async (
  worlds: Record<keyof Sizes, World>,
  measured: readonly (Record<keyof Sizes, Taken[]> & { work: MailWork })[],
): Promise<void> => {
  await using small = await worlds.small.startStage();
  await using deep = await worlds.deep.startStage();
  await using crowded = await worlds.crowded.startStage();
  for (const taken of measured) {
    const turns = [
      { stage: small, list: taken.small },
      { stage: deep, list: taken.deep },
      { stage: crowded, list: taken.crowded },
    ];
    for (let round = -warmUps; round < rounds; round += 1) {
      // Each is first, second and last as often as the others.
      turns.push(...turns.splice(0, 1));
      for (const { stage, list } of turns) {
        const one = await measure(stage, taken.work);
        if (round >= 0) list.push(one);
      }
    }
  }
};

const measure = async (stage: Stage, work: MailWork): Promise<Taken> => {
  const { perRound: count } = work;
  await work.prepare(stage, count);
  const [before, cpu] = [await settledCount(stage.cloud), await stage.cpu()];
  await work.run(stage, count);
  const after = await settledCount(stage.cloud);
  const used = await stage.cpu();
  const of = (quantity: keyof Counted) => (after[quantity] - before[quantity]) / count;
  return {
    requests: of('requests'),
    readUnits: of('readUnits'),
    writeUnits: of('writeUnits'),
    bytes: of('bytes'),
    cloud: (used.cloud - cpu.cloud) / count,
    database: (used.database - cpu.database) / count,
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
    cloud: median(measured.map(({ cloud }) => cloud)),
    database: median(measured.map(({ database }) => database)),
  };
};
