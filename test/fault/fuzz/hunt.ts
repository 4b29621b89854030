import type { Exchange } from './client.ts';

/** A fault, and the smallest frame found that brings it about, with what it was answered. */
export type Finding = { fault: string; frame: string; answer: string };

/** How long one fault is followed to its smallest frame. */
const patience = 20_000;
const attempts = 300;

/** Faults of one kind, on calls of one method, count as one; correlation ids differ each time. */
const nameOf = ({ fault, outcome, method }: Exchange): string | undefined => {
  if (fault === undefined) return undefined;
  return `${fault.kind}: ${method ?? 'no call'}: ${fault.kind === 'internal' ? outcome : `${outcome}, ${fault.what}`}`;
};

/** Follows each new fault while fast-check looks for smaller frames that still have it. */
export const createHunts = () => {
  const findings = new Map<string, Finding>();
  return {
    findings,
    /** For one line of frames: it hunts one fault at a time. */
    open: () => {
      let hunted: { fault: string; left: number; until: number } | undefined;
      return {
        isHunting: () => hunted !== undefined,
        /** @throws when the frame has a fault that nobody has found yet, or the one that is hunted */
        see: (frame: string, exchange: Exchange): void => {
          const fault = nameOf(exchange);
          if (hunted === undefined && fault !== undefined && !findings.has(fault)) {
            hunted = { fault, left: attempts, until: performance.now() + patience };
          }
          if (hunted === undefined || hunted.fault !== fault) return;
          hunted.left -= 1;
          if (hunted.left < 0 || performance.now() > hunted.until) return;
          findings.set(fault, { fault, frame, answer: exchange.answer });
          throw new Error(fault);
        },
        end: () => {
          hunted = undefined;
        },
      };
    },
  };
};
export type Hunts = ReturnType<typeof createHunts>;
