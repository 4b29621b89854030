import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '#local';
import { follow } from './follow.ts';
import { type Import, measureImports } from './imports.ts';
import { Person } from './people.ts';

/** What it takes to start a function; times in milliseconds on this machine. */
export type Start = Import & {
  /** The handler's first invocation; nothing for a function that runs only when the stack is deployed. */
  firstCall: number | undefined;
};

/** Measures the functions of the app synthesized in a folder. */
export const measureStarts = async (app: string): Promise<Start[]> => {
  const firstCalls = await measureFirstCalls(app);
  const imports = await measureImports(app);
  return [...imports].map(([name, one]) => ({ ...one, firstCall: firstCalls.get(name) }));
};

/** How long the handler of each function ran when it was first called, in a cloud where nothing is warm but the data. */
const measureFirstCalls = async (app: string): Promise<Map<string, number>> => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-bench-'));
  const data = folder.path;
  await using ada = new Person();
  await using ben = new Person();
  {
    await using cloud = await startCloud({ app, data });
    await ada.register(cloud.endpoint);
    await ben.register(cloud.endpoint);
    await Promise.all([ada.switchOff(), ben.switchOff()]);
  }

  await using cloud = await startCloud({ app, data });
  using follower = follow(cloud);
  const times = new Map<string, number>();
  cloud.lambda.onActivity((activity) => {
    if (activity.kind === 'started' || times.has(activity.function)) return;
    times.set(activity.function, activity.duration);
  });
  await ada.switchOn(cloud.endpoint);
  await ada.phone.send({ to: ben.account, body: new Uint8Array(500) });
  await using _computer = await ada.linkComputer();
  await ada.switchOff();
  // By then the computer has asked for its mail, and the phone is known to have left.
  await follower.quiet(500);
  return times;
};
