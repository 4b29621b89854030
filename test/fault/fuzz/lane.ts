import * as fc from 'fast-check';
import { openClient } from './client.ts';
import { framesWith } from './frames.ts';
import type { Hunts } from './hunt.ts';
import type { People, Role } from './people.ts';
import type { Tally } from './tally.ts';
import type { Watch } from './watch-functions.ts';

export type Field = { endpoint: string; people: People; watch: Watch; tally: Tally; hunts: Hunts };

/** How many frames are said in the words of the same people. */
const chapter = 400;

/** One connection after another, each with its people, open while its frames are said. */
const openSpeaker = async ({ endpoint, people, watch }: Field, role: Role) => {
  const { identity, words } = await people.meet(role);
  let client = await openClient(endpoint, watch, identity);
  return {
    words,
    say: async (frame: string) => {
      if (!client.isUsable()) {
        await client[Symbol.asyncDispose]();
        client = await openClient(endpoint, watch, (await people.meet(role)).identity);
      }
      return client.exchange(frame);
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
};

/** Says so many frames in a role, one after the other. */
export const runLane = async (
  field: Field,
  { role, frames, seed }: { role: Role; frames: number; seed: number },
): Promise<void> => {
  const { tally, hunts } = field;
  const hunt = hunts.open();
  const progress = { said: 0 };
  for (let part = 0; progress.said < frames; part += 1) {
    await using speaker = await openSpeaker(field, role);
    const property = fc.asyncProperty(framesWith(speaker.words), async (frame) => {
      const exchange = await speaker.say(frame);
      if (!hunt.isHunting()) {
        progress.said += 1;
        tally.count(exchange);
      }
      hunt.see(frame, exchange);
    });
    await fc.check(property, { seed: seed + part, numRuns: Math.min(chapter, frames - progress.said) });
    hunt.end();
  }
};
