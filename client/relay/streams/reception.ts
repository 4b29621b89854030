import * as z from 'zod/mini';
import { type AccountId, type DeviceNumber, hash, type MessageId, toBase64Url } from '#protocol';
import { type Header, type Payload, StreamNumber } from './payload.ts';
import { type Hashed, origin, type RunningHash, runningHash } from './running-hash.ts';

/** How many messages of one sender wait for an earlier one. */
export const heldAtMost = 1_000;

/** Numbers of a stream, both ends included. */
export const Range = z.object({ from: StreamNumber, to: StreamNumber });
export type Range = z.infer<typeof Range>;

/** What the rule needs to know of a message; what it says stays in the store. */
export type Link = Hashed & {
  number: number;
  previous: RunningHash;
  /** Whether it was asked for: it has come under another id than it was sent with. */
  isAgain: boolean;
};

/** The receiving end of a stream. */
export type Reception = {
  /** The number of the message that is next. */
  next: number;
  /** The running hash before it; undefined when what was before it is not known. */
  running: RunningHash | undefined;
  /** What came early, in the order of numbers. */
  held: readonly Link[];
  /** When the relay took the last message that has come by itself. */
  at?: number | undefined;
  /** Numbers that were passed over unasked: what comes of them by itself is handed over all the same. */
  passed?: Range | undefined;
};

/** A message's turn. */
export type Turn = {
  link: Link;
  /** The messages before it that are given up. */
  lost?: Range;
  /** Whether the one before it is not what its sender sent. */
  altered: boolean;
  /** The stream after it: to be kept once it is handed over. */
  reception: Reception;
};

export type Verdict =
  | ({ kind: 'next' } & Turn)
  /** To be kept until its turn, and acknowledged. */
  | { kind: 'early'; reception: Reception }
  /** It has had its turn, or is held already, or it was passed over and somebody has asked for it nevertheless. */
  | { kind: 'duplicate' }
  /** It was passed over, and has come by itself: its turn is over, but it is to be handed over. */
  | { kind: 'late' }
  /** Too many are held: it has to stay in the mailbox, or the oldest gap has to be given up first. */
  | { kind: 'full' };

/** A stream to this device, of which nothing has come: it begins with 1, or when the device joined. */
export const beginAt = (first = 1): Reception => ({ next: first, running: first === 1 ? origin : undefined, held: [] });

/** A reception as the store has it; what had its turn may still lie there, if a crash came between the two. */
export const recall = (kept: Omit<Reception, 'held'>, held: readonly Link[]): Reception => ({
  ...kept,
  held: held.filter(({ number }) => number >= kept.next).toSorted((a, b) => a.number - b.number),
});

const isNumbered = ({ kind }: Header): boolean => kind === 'message' || kind === 'void';

/** Where a numbered payload stands in the stream to an account; undefined when it has no place in it. */
export const linkOf = (
  payload: Payload,
  { account, message }: { account: AccountId; message: MessageId },
): Link | undefined => {
  const { header, content } = payload;
  const place = header.streams[account];
  if (place === undefined || !isNumbered(header)) return undefined;
  const [number, previous] = place;
  const digest = header.kind === 'void' ? toBase64Url(content) : hash(content);
  const isAgain = header.message !== undefined && header.message !== message;
  return { number, previous, message: header.message ?? message, digest, isAgain };
};

/** The number with which the stream to an account begins for one of its devices. */
export const firstFor = (
  { header }: Payload,
  { account, device }: { account: AccountId; device: DeviceNumber },
): number => header.streams[account]?.[2]?.[device] ?? 1;

const turn = ({ running, ...reception }: Reception, link: Link): Turn => ({
  link,
  altered: running !== undefined && running !== link.previous,
  // From what it says itself: after an alteration the stream goes on from there.
  reception: { ...reception, next: link.number + 1, running: runningHash(link.previous, link) },
});

const insert = (held: readonly Link[], link: Link): readonly Link[] =>
  held.toSpliced(held.findLastIndex(({ number }) => number < link.number) + 1, 0, link);

/** What to do with a message that came. */
export const receive = (reception: Reception, link: Link): Verdict => {
  const { next, held, passed } = reception;
  if (passed !== undefined && !link.isAgain && passed.from <= link.number && link.number <= passed.to) {
    return { kind: 'late' };
  }
  if (link.number < next || held.some(({ number }) => number === link.number)) return { kind: 'duplicate' };
  if (link.number === next) return { kind: 'next', ...turn(reception, link) };
  if (held.length >= heldAtMost) return { kind: 'full' };
  return { kind: 'early', reception: { ...reception, held: insert(held, link) } };
};

/**
 * The held message whose turn it is, if any: to be asked again until there is none. Gaps that end at `givenUpTo` or
 * before are given up.
 */
export const release = (reception: Reception, givenUpTo = 0): Turn | undefined => {
  const [link, ...held] = reception.held;
  if (link === undefined) return undefined;
  if (link.number === reception.next) return turn({ ...reception, held }, link);
  if (link.number - 1 > givenUpTo) return undefined;
  const lost = { from: reception.next, to: link.number - 1 };
  return { ...turn({ ...reception, running: undefined, held }, link), lost };
};

/** Goes on with the first that is held; what is missing before it is neither asked for nor lost. */
export const passOver = (reception: Reception): Reception => {
  const [first] = reception.held;
  if (first === undefined || first.number === reception.next) return reception;
  const passed = { from: reception.next, to: first.number - 1 };
  return { ...reception, next: first.number, running: undefined, passed };
};

/** The numbers that have not come although later ones have. */
export const missing = ({ next, held }: Reception): Range[] =>
  held.flatMap(({ number }, i) => {
    const from = (held[i - 1]?.number ?? next - 1) + 1;
    return from < number ? [{ from, to: number - 1 }] : [];
  });
