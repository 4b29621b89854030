import type { Clock } from '../clock.ts';
import type { Injector } from '../faults/index.ts';
import type { AccessLog } from './access-log.ts';
import type { CallFunction } from './call-function.ts';
import type { WebSocketApi } from './read-api.ts';
import type { Throttle } from './throttle.ts';
import type { Traffic } from './traffic.ts';

/** What every request at the edge needs. */
export type Edge = {
  api: WebSocketApi;
  clock: Clock;
  faults: Injector | undefined;
  /** The host and port at which clients connect. */
  domainName: string;
  throttle: Throttle;
  call: CallFunction;
  log: AccessLog;
  tell: (traffic: Traffic) => void;
};
