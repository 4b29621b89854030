import { type Cloud, startCloud } from '#local';
import { type Follower, follow } from './follow.ts';
import { Person } from './people.ts';

/** Where scenarios are played: a cloud with two people in it, whose phones are on. */
export type Stage = AsyncDisposable & { cloud: Cloud; follower: Follower; ada: Person; ben: Person };

/** Serves the app synthesized in a folder; all is quiet when it begins. */
export const openStage = async (app: string): Promise<Stage> => {
  await using opening = new AsyncDisposableStack();
  const cloud = opening.use(await startCloud({ app }));
  const follower = opening.use(follow(cloud));
  const ada = opening.use(new Person());
  const ben = opening.use(new Person());
  await Promise.all([ada.register(cloud.endpoint), ben.register(cloud.endpoint)]);
  // Each phone asks for its mail when it connects, and once more.
  await follower.called('relay.sync', 4);

  const opened = opening.move();
  return { cloud, follower, ada, ben, [Symbol.asyncDispose]: () => opened.disposeAsync() };
};
