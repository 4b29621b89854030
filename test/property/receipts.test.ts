import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountId, EnvelopeId } from '#protocol';
import { memoryStore } from '../../client/memory-store.ts';
import {
  type AccountStates,
  beginAt,
  DeliveryState,
  furthered,
  overall,
} from '../../client/relay/receipts/delivery-state.ts';
import { WaitingReceipts } from '../../client/relay/receipts/waiting-receipts.ts';
import { type Link, passOver, type Reception, receive, release } from '../../client/relay/streams/reception.ts';
import { origin } from '../../client/relay/streams/running-hash.ts';
import { account } from '../fixtures/stream-peers.ts';

const rank = (state: DeliveryState | undefined) => (state === undefined ? -1 : DeliveryState.options.indexOf(state));
const accounts = ['b', 'c', 'd'].map(account);
const state = fc.constantFrom(...DeliveryState.options);

test('whatever is said of a message, and in whatever order, at each of its accounts it is the furthest that was said there', () => {
  const said = fc.array(fc.record({ state, by: fc.constantFrom(...accounts) }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.subarray(accounts, { minLength: 1 }), said, (to, all) => {
      const streams = Object.fromEntries(to.map((account) => [account, [1, origin]] as [AccountId, [number, string]]));
      const start = beginAt({ v: 1, kind: 'message', streams }, account('a'), 'sent');
      const end = all.reduce<AccountStates>((states, { state, by }) => {
        const moved = furthered(states, { state, by: [by] });
        return { ...states, ...Object.fromEntries(moved.map((account) => [account, state])) };
      }, start);

      const furthest = (of: AccountId) =>
        Math.max(0, ...all.filter(({ by }) => by === of).map(({ state }) => rank(state)));
      expect(Object.keys(end).toSorted()).toEqual(to.toSorted());
      for (const account of to) expect(rank(end[account])).toBe(furthest(account));
      expect(rank(overall(end).state)).toBe(Math.min(...to.map(furthest)));
    }),
  );
});

type Step = { do: 'deliver' | 'read'; message: number } | { do: 'send' | 'crash' };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('deliver' as const, 'read' as const), message: fc.nat(5) }),
  fc.record({ do: fc.constantFrom('send' as const, 'crash' as const) }),
);

test('whatever crashes in between, the last that is said of a message is the furthest that was noted of it', async () => {
  const ben = account('b');
  const idOf = (message: number): EnvelopeId => `01a0c450-6c00-7000-8000-00000000000${message}.${ben}.1`;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const store = memoryStore();
      const noted = new Map<EnvelopeId, 'delivered' | 'read'>();
      const heard = new Map<EnvelopeId, 'delivered' | 'read'>();
      let waiting = new WaitingReceipts(store);
      const note = async (id: EnvelopeId, mark: 'delivered' | 'read') => {
        if (noted.get(id) !== 'read') noted.set(id, mark);
        await store.put(waiting.add(ben, id, mark));
      };
      const send = async () => {
        const receipts = waiting.for(ben);
        if (receipts === undefined) return;
        for (const id of receipts.delivered ?? []) heard.set(id, 'delivered');
        for (const id of receipts.read ?? []) heard.set(id, 'read');
        await waiting.settle(ben, receipts);
      };
      for (const step of steps) {
        if (step.do === 'deliver' && !noted.has(idOf(step.message))) await note(idOf(step.message), 'delivered');
        if (step.do === 'read') await note(idOf(step.message), 'read');
        if (step.do === 'send') await send();
        if (step.do === 'crash') {
          waiting = new WaitingReceipts(store);
          await waiting.load();
        }
      }
      await send();

      expect(heard).toEqual(noted);
      expect(await store.list('')).toEqual([]);
    }),
  );
});

test('of what a block has kept back nothing is handed over, and of all else everything once, whatever order it comes in', () => {
  const order = fc
    .integer({ min: 2, max: 12 })
    .chain((count) => fc.tuple(fc.integer({ min: 1, max: count - 1 }), fc.shuffledSubarray(oneTo(count))))
    .map(([lastKept, numbers]) => ({ lastKept, numbers }));
  fc.assert(
    fc.property(order, fc.array(fc.nat(12)), ({ lastKept, numbers }, askedFor) => {
      const came = numbers.filter((number) => number > lastKept);
      // Another device has asked for some of what was kept back, and it comes among the rest.
      const again = askedFor.filter((number) => number >= 1 && number <= lastKept);
      const handedOver: number[] = [];
      let reception: Reception = { next: 1, running: origin, held: [] };
      let isQuiet = true;
      const take = (number: number, isAgain: boolean) => {
        const verdict = receive(reception, linkOf(number, isAgain));
        if (verdict.kind === 'late') handedOver.push(number);
        if (verdict.kind === 'next') handedOver.push(number);
        if (verdict.kind === 'next' || verdict.kind === 'early') ({ reception } = verdict);
        for (;;) {
          if (isQuiet) reception = passOver(reception);
          const turn = release(reception);
          if (turn === undefined) return;
          handedOver.push(turn.link.number);
          isQuiet = false;
          ({ reception } = turn);
        }
      };

      for (const [i, number] of came.entries()) {
        take(number, false);
        for (const other of again.slice(i, i + 1)) take(other, true);
      }

      expect(handedOver.filter((number) => number <= lastKept)).toEqual([]);
      expect(new Set(handedOver).size).toBe(handedOver.length);
      const missing = came.filter((number) => !handedOver.includes(number));
      // What is held has a gap before it, which is mended like any other.
      expect(reception.held.map(({ number }) => number)).toEqual(missing.toSorted((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});

const oneTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

const linkOf = (number: number, isAgain: boolean): Link => ({
  number,
  previous: origin,
  message: '',
  digest: '',
  isAgain,
});
