import { setTimeout as delay } from 'node:timers/promises';
import type { Draw } from '../draw.ts';

export type Letter = { id: string; text: string; to: string[]; urgent: boolean };

type Options = {
  name: string;
  written: number;
  recipients: readonly string[];
  draw: Draw;
  /** Resolves when the letter is accepted or refused. */
  send: (letter: Letter) => Promise<void>;
};

/** How many letters are on their way at most. */
const window = 120;

/** Writes in bursts, to one account or several, as fast as what is written is accepted. */
export const openWriter = ({ name, written, recipients, draw, send }: Options) => {
  let number = written;
  const underWay = new Set<Promise<void>>();
  let stopped = new AbortController();

  const letter = (): Letter => {
    number += 1;
    const id = `${name}#${number}`;
    const group = draw.chance(0.06) ? 2 + draw.below(2) : 1;
    const to = Array.from({ length: group }, () => draw.oneOf(recipients) ?? '');
    const length = draw.chance(0.02) ? draw.below(4000) : draw.below(200);
    return { id, text: `${id} ${'.'.repeat(length)}`, to: [...new Set(to)], urgent: draw.chance(0.1) };
  };
  const post = () => {
    const sent = send(letter()).finally(() => underWay.delete(sent));
    underWay.add(sent);
  };
  const work = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const burst = 1 + draw.below(80);
      for (let i = 0; i < burst; i += 1) post();
      while (underWay.size >= window) await Promise.race(underWay);
      await delay(draw.below(50));
    }
  };
  return {
    start: () => {
      stopped = new AbortController();
      void work(stopped.signal);
    },
    stop: () => stopped.abort(),
  };
};
