import { LocalSession, type Session } from '../session.ts';
import type { SessionOptions } from '../session-parts.ts';
import { TabSession } from './tab-session.ts';

/** The session of a linked device, connecting: shared with the other tabs where there may be others. */
export const openSession = (options: SessionOptions): Promise<Session> => {
  const { tabs } = options.platform;
  return tabs === undefined ? LocalSession.open(options) : TabSession.open(options, tabs);
};
