import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePayload, encodePayload, Header } from '../../client/relay/streams/payload.ts';
import { heldAtMost } from '../../client/relay/streams/reception.ts';
import { account, type Happening, ReceivingPeer, SendingPeer, type Wire } from '../fixtures/stream-peers.ts';
import { VirtualTime } from '../fixtures/virtual-time.ts';

const ben = { account: account('b'), device: 1 };
const span = 100_000;

/** What the relay and the sender do with one message. */
type Fate = {
  /** When each copy of it arrives: none is a loss. */
  arrivals: number[];
  /** Whether the first copy that arrives is another than was sent. */
  altered: boolean;
  /** Whether it is refused for good, and never goes out. */
  refused: boolean;
};

const time = fc.integer({ min: 0, max: span });
const rarely = fc.integer({ min: 0, max: 9 }).map((n) => n === 0);
const fate: fc.Arbitrary<Fate> = fc.record({
  arrivals: fc.array(time, { maxLength: 3 }),
  altered: rarely,
  refused: rarely,
});
/** What becomes of each question and each answer: when it arrives after it was sent, or never. */
const passage = fc.option(fc.integer({ min: 1, max: 5_000 }), { freq: 2 });
const passages = fc.infiniteStream(passage);

const drawn = <T>(stream: Iterator<T, unknown>): T | undefined => {
  const next = stream.next();
  return next.done === true ? undefined : next.value;
};

const textOf = (i: number) => `text ${i + 1}`;

const alter = ({ message, bytes }: Wire): Wire => {
  const payload = decodePayload(bytes);
  if (payload === undefined) throw new Error('not a payload');
  return { message, bytes: encodePayload({ ...payload, content: Uint8Array.from(Buffer.from('forged')) }) };
};

/** Runs a stream through its fates; after all of them one last message arrives, which shows what is missing. */
const runStream = (fates: readonly Fate[], nextPassage: () => number | null): Happening[] => {
  const clock = new VirtualTime();
  const sender = new SendingPeer();
  const carry = (run: () => void) => {
    const delay = nextPassage();
    if (delay !== null) clock.at(clock.now() + delay, run);
  };
  const receiver: ReceivingPeer = new ReceivingPeer(ben, {
    now: clock.now,
    random: () => 0.5,
    ask: (question) =>
      carry(() => {
        for (const answer of sender.answer(question, ben.account)) carry(() => receiver.take(answer));
      }),
    wake: (at) => clock.at(at, () => receiver.mend()),
  });

  for (const [i, { arrivals, altered, refused }] of fates.entries()) {
    const sent = sender.send(textOf(i), i % 3 === 0 ? [ben.account, account('c')] : [ben.account]);
    if (refused) sender.refuse(sent.number);
    else {
      for (const [copy, at] of arrivals.toSorted((a, b) => a - b).entries()) {
        clock.at(at, () => receiver.take(altered && copy === 0 ? alter(sent) : sent));
      }
    }
  }
  const last = sender.send(textOf(fates.length), [ben.account]);
  clock.at(span, () => receiver.take(last));
  clock.run();
  return receiver.happened;
};

const numbersOf = (happening: Happening): number[] => {
  if (happening.kind === 'altered') return [];
  if (happening.kind !== 'lost') return [happening.number];
  const { from, to } = happening.range;
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
};

const oneTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test('whatever is lost, doubled, altered and put out of order, every number has one turn: handed over, void or reported', () => {
  fc.assert(
    fc.property(fc.array(fate, { maxLength: 30 }), passages, (fates, carried) => {
      const happened = runStream(fates, () => drawn(carried) ?? null);

      expect(happened.flatMap(numbersOf)).toEqual(oneTo(fates.length + 1));
    }),
    { numRuns: 500 },
  );
});

test('a message that is not what was sent is reported by the next one that comes, and no other is', () => {
  fc.assert(
    fc.property(fc.array(fate, { maxLength: 30 }), passages, (fates, carried) => {
      const happened = runStream(fates, () => drawn(carried) ?? null);

      const turns = happened.filter(({ kind }) => kind !== 'altered');
      const forged = turns.flatMap((turn, i) => {
        const isForged = turn.kind === 'text' && turn.text !== textOf(turn.number - 1);
        return isForged && turns[i + 1]?.kind !== 'lost' ? [turn.number] : [];
      });
      expect(happened.flatMap((it) => (it.kind === 'altered' ? [it.number] : []))).toEqual(forged);
    }),
    { numRuns: 500 },
  );
});

test('as long as questions and answers arrive, nothing is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fate, { maxLength: 30 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 900 })),
      (fates, carried) => {
        const happened = runStream(fates, () => drawn(carried) ?? 1);

        expect(happened.filter(({ kind }) => kind === 'lost')).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});

test('a device that joins an account begins with the first message for it, in whatever order they come', () => {
  const order = fc
    .integer({ min: 2, max: 12 })
    .chain((count) =>
      fc.tuple(fc.integer({ min: 2, max: count }), fc.shuffledSubarray(oneTo(count), { minLength: count })),
    );
  fc.assert(
    fc.property(order, ([first, numbers]) => {
      const sender = new SendingPeer();
      const clock = new VirtualTime();
      const wires = oneTo(numbers.length).map((number) => {
        if (number === first) sender.follow(ben.account, [1, 7], first);
        const wire = sender.send(textOf(number - 1), [ben.account]);
        if (number === 1) sender.follow(ben.account, [1], 1);
        return wire;
      });
      const asked: Wire[] = [];
      const world = { now: clock.now, random: () => 0, ask: (wire: Wire) => asked.push(wire), wake: () => {} };
      const device = new ReceivingPeer({ ...ben, device: 7 }, world);

      for (const number of numbers) {
        const wire = wires[number - 1];
        if (wire !== undefined && number >= first) device.take(wire);
      }

      expect(device.happened.flatMap(numbersOf)).toEqual(oneTo(numbers.length).slice(first - 1));
      expect(device.happened.every(({ kind }) => kind === 'text')).toBe(true);
    }),
  );
});

test('what waits for a missing message is bounded, and passes it over when it is more', () => {
  const sender = new SendingPeer();
  const clock = new VirtualTime();
  const world = { now: clock.now, random: () => 0, ask: () => {}, wake: () => {} };
  const device = new ReceivingPeer(ben, world);
  const [, ...wires] = Array.from({ length: heldAtMost + 2 }, (_, i) => sender.send(textOf(i), [ben.account]));

  for (const wire of wires.slice(0, -1)) device.take(wire);
  expect({ held: device.held, happened: device.happened }).toEqual({ held: heldAtMost, happened: [] });

  for (const wire of wires.slice(-1)) device.take(wire);
  expect(device.held).toBe(0);
  expect(device.happened[0]).toEqual({ kind: 'lost', range: { from: 1, to: 1 } });
  expect(device.happened.flatMap(numbersOf)).toEqual(oneTo(heldAtMost + 2));
});

test('a payload reads back as it was written, and is none when it ends within its header', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const accounts = fc.string({ unit: fc.constantFrom(...letters.split('')), minLength: 32, maxLength: 32 });
  const running = fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));
  const number = fc.integer({ min: 1 });
  const joined = fc.dictionary(fc.integer({ min: 1, max: 999_999_999 }).map(String), number, { maxKeys: 3 });
  const place = fc.oneof(fc.tuple(number, running), fc.tuple(number, running, joined));
  const header = fc.record({
    v: fc.constant(1 as const),
    kind: fc.constantFrom('message' as const, 'receipt' as const, 'resend' as const, 'void' as const),
    streams: fc.dictionary(accounts, place, { maxKeys: 4 }),
  });
  const content = fc.uint8Array({ maxLength: 100 }).map((bytes) => Uint8Array.from(bytes));
  fc.assert(
    fc.property(header, content, fc.nat(), (drawn, content, cut) => {
      const payload = { header: Header.parse(drawn), content };
      const bytes = encodePayload(payload);

      expect(decodePayload(bytes)).toEqual(payload);
      const inHeader = cut % (bytes.length - content.length);
      expect(decodePayload(bytes.slice(0, inHeader))).toBeUndefined();
    }),
  );
});
