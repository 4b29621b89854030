import { resume } from '../../../client/resume.ts';
import type { Session } from '../../../client/session.ts';
import type { SessionEvents } from '../../../client/session-events.ts';
import { type Rules, startCloud } from './cloud.ts';
import { manualPlatform } from './manual-platform.ts';
import { type Person, somebody } from './people.ts';

/** A session of Ada's phone (1) or computer (2), in a cloud that knows her list and whatever rules a test adds. */
export const openSession = async (device: 1 | 2, rules: (ada: Person) => Rules = () => ({})) => {
  const platform = manualPlatform();
  const ada = somebody(platform.clock.now());
  const cloud = await startCloud({
    now: platform.clock.now,
    rules: {
      'devices.list': () => ({ deviceList: ada.both }),
      'relay.sync': () => ({ envelopes: [] }),
      ...rules(ada),
    },
  });
  const store = await ada.storeOf(device, cloud.endpoint);
  const session = await resume({ store, platform });
  if (session === undefined) throw new Error('the store holds no device');
  const dispose = async () => {
    await session.close();
    await cloud[Symbol.asyncDispose]();
  };
  return { ada, cloud, store, session, platform, [Symbol.asyncDispose]: dispose };
};

/** The details of an event, past and coming. */
export const told = (session: Session, event: keyof SessionEvents) => {
  const details: unknown[] = [];
  session.on(event, (detail) => details.push(detail));
  return details;
};
