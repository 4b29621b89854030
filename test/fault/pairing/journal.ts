import type { DeviceAddress, ErrorObject, EventName, EventParams, MethodName, Params, Result } from '#protocol';
import { deviceListHash, DeviceList } from '#protocol';
import * as z from 'zod/mini';

/** What came of a call. `lost`: there was no answer, so that it may have been done or not. */
export type Outcome<M extends MethodName = MethodName> =
  | { kind: 'done'; result: Result<M> }
  | { kind: 'refused'; error: ErrorObject }
  | { kind: 'lost'; why: string };

/** A call that was made, and what became of it. */
export type Ask<M extends MethodName = MethodName> = {
  by: string;
  /** The device that the connection belongs to; nothing for a guest. */
  as: DeviceAddress | undefined;
  method: M;
  params: Params<M>;
  /** Whether it is one that must never be done. */
  hostile: boolean;
  /** When it was made, by the cloud's clock. */
  at: number;
  outcome: Outcome<M>;
};

type Heard<E extends EventName = EventName> = { by: string; event: E; params: EventParams<E> };

/** All that happened in one history, as its actors have seen it. */
export const createJournal = () => {
  const asks: Ask[] = [];
  const heard: Heard[] = [];
  const lines: string[] = [];
  const violations: string[] = [];
  let step = 'before';

  const note = (line: string) => void lines.push(`${step}: ${line}`);
  return {
    asks,
    heard,
    /** For people, in the order of the answers. */
    lines,
    violations,
    note,
    begin: (name: string | number) => {
      step = String(name);
    },
    violated: (what: string) => {
      violations.push(what);
      note(`VIOLATION ${what}`);
    },
    asked: (ask: Ask) => {
      asks.push(ask);
      const mark = ask.hostile ? ' (must not be done)' : '';
      note(`${ask.by}: ${ask.method}${aboutOf(ask.params)}${mark} → ${outcomeOf(ask.outcome)}`);
    },
    told: (told: Heard) => {
      heard.push(told);
      note(`${told.by} hears ${told.event}${aboutOf(told.params)}`);
    },
  };
};
export type Journal = ReturnType<typeof createJournal>;

const About = z.object({ pairing: z.optional(z.string()), deviceList: z.optional(DeviceList) });
const shown = 6;

/** A list by its version and hash. */
export const nameOf = (list: DeviceList): string => `v${list.version}/${deviceListHash(list).slice(0, shown)}`;

const aboutOf = (params: unknown): string => {
  const { pairing, deviceList } = About.safeParse(params).data ?? {};
  return `${pairing === undefined ? '' : ` ${pairing.slice(0, shown)}`}${deviceList ? ` ${nameOf(deviceList)}` : ''}`;
};

const outcomeOf = (outcome: Outcome): string => {
  if (outcome.kind === 'done') return `done${aboutOf(outcome.result)}`;
  return outcome.kind === 'refused' ? outcome.error.data.code : `no answer: ${outcome.why}`;
};
