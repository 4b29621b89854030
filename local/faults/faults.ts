import { randomInt } from 'node:crypto';
import { Fault, type FaultInput, type FaultKind, type FaultOf, parseFaults } from './fault.ts';
import { type Random, randomStream } from './random.ts';
import { checkTargets, type Targets } from './targets.ts';

/** Makes things go wrong, as they do in the cloud and by themselves never would on one machine. */
export type Faults = {
  /** With the same seed and the same faults, the same happens again; see `docs/decisions/0015-faults.md`. */
  seed: number;
  /**
   * Begins a fault, which disposing of the answer ends. `stream` names the choices that it makes, so that they stay the
   * same whatever was added before; without it they go by its place in the order of adding. Throws when it is none, or
   * could never strike.
   */
  add: (fault: FaultInput, stream?: string) => Disposable;
  /** Ends all faults. */
  clear: () => void;
  /** How often each kind has struck since the cloud started. */
  counts: () => Record<FaultKind, number>;
  /** The faults that have not been ended, with the strikes of each. */
  active: () => { fault: Fault; strikes: number }[];
};

/** What may be struck, for the log. */
type Occasion = {
  /** An operation, a function or a connection. */
  what: string;
  /** The function that calls, by its logical id; nothing for the operator. */
  by?: string | undefined;
  /** The invocation; or the `X-Amzn-Trace-Id` by which it is known. */
  requestId?: string | undefined;
  trace?: string | undefined;
};

/** A fault that strikes, and the random numbers by which it decides how. */
type Hit<K extends FaultKind> = { fault: FaultOf<K>; random: Random };

/** Told of each fault as it begins; what is returned is disposed of as it ends. */
type Watcher = (fault: Fault, random: Random) => Disposable | undefined;

/** The faults as the parts of the cloud see them, which ask at each occasion whether one strikes. */
export type Injector = Faults & {
  /** Whether there is any fault at all. */
  armed: () => boolean;
  draw: <K extends FaultKind>(
    kind: K,
    occasion: Occasion,
    matches?: (fault: FaultOf<K>) => boolean,
  ) => Hit<K> | undefined;
  watch: (watcher: Watcher) => void;
};

export type FaultLine = { source: 'fault'; line: string; requestId?: string };

export type FaultsOptions = {
  /** A whole number; a random one without it. */
  seed?: number | undefined;
  targets: () => Targets;
  /** The running invocation that calls under a trace header. */
  requestOf: (trace: string) => string | undefined;
  log: (line: FaultLine) => void;
};

type Rule = {
  fault: Fault;
  number: number;
  stream: string | number;
  occasions: number;
  strikes: number;
  watched: Disposable[];
};

export const openFaults = ({ seed = randomInt(2 ** 32), targets, requestOf, log }: FaultsOptions): Injector => {
  let rules: Rule[] = [];
  let added = 0;
  const counts = noStrikes();
  const watchers: Watcher[] = [];

  const note = (line: string) => log({ source: 'fault', line: `fault: ${line}` });
  const end = (rule: Rule): void => {
    if (!rules.includes(rule)) return;
    rules = rules.filter((one) => one !== rule);
    note(`number ${rule.number} ends after ${rule.strikes} strikes`);
    for (const watched of rule.watched.splice(0)) watched[Symbol.dispose]();
  };
  const strike = (rule: Rule, { what, by, requestId, trace }: Occasion): void => {
    const { kind, rate: _, times: __, ...how } = rule.fault;
    rule.strikes += 1;
    counts[kind] += 1;
    const request = requestId ?? (trace === undefined ? undefined : requestOf(trace));
    const caller = by === undefined ? '' : ` by ${by}`;
    const invocation = request === undefined ? '' : `, request ${request}`;
    const line = `fault: ${kind} ${what}${caller}${invocation}, of ${JSON.stringify(how)}`;
    log({ source: 'fault', line, ...(request !== undefined && { requestId: request }) });
  };

  return {
    seed,
    add(given, stream) {
      const fault = parseFaults(Fault, given, `The fault ${JSON.stringify(given)}`);
      checkTargets(fault, targets());
      added += 1;
      const rule: Rule = { fault, number: added, stream: stream ?? added, occasions: 0, strikes: 0, watched: [] };
      rules.push(rule);
      note(`number ${added} of seed ${seed} begins: ${JSON.stringify(fault)}`);
      rule.watched = watchers.flatMap((watch) => watch(fault, randomStream(seed, rule.stream, 'state')) ?? []);
      return { [Symbol.dispose]: () => end(rule) };
    },
    clear: () => rules.forEach(end),
    counts: () => ({ ...counts }),
    active: () => rules.map(({ fault, strikes }) => ({ fault, strikes })),
    armed: () => rules.length > 0,
    watch: (watcher) => void watchers.push(watcher),
    draw(kind, occasion, matches = () => true) {
      let hit: Hit<typeof kind> | undefined;
      for (const rule of rules) {
        const { fault } = rule;
        if (!isOf(fault, kind) || !matches(fault)) continue;
        // Counted even where another rule or its own end comes before it, so that its choices stay where they are.
        rule.occasions += 1;
        if (hit !== undefined || rule.strikes === fault.times) continue;
        const random = randomStream(seed, rule.stream, rule.occasions);
        if (random() >= fault.rate) continue;
        strike(rule, occasion);
        hit = { fault, random };
      }
      return hit;
    },
  };
};

const isOf = <K extends FaultKind>(fault: Fault, kind: K): fault is FaultOf<K> => fault.kind === kind;

const noStrikes = (): Record<FaultKind, number> => ({
  error: 0,
  latency: 0,
  'lost-response': 0,
  unprocessed: 0,
  'transaction-conflict': 0,
  'stale-read': 0,
  'duplicate-invocation': 0,
  crash: 0,
  'drop-disconnect': 0,
  'half-open': 0,
  'post-failure': 0,
});
