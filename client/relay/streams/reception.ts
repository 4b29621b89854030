import { type AccountId, type DeviceNumber, hash, type MessageId, toBase64Url } from '#protocol';
import type { Payload } from './payload.ts';
import { type Hashed, origin, type RunningHash, runningHash } from './running-hash.ts';

/** How many messages of one sender wait for an earlier one. */
export const heldAtMost = 1_000;

/** What the rule needs to know of a message; what it says stays in the store. */
export type Link = Hashed & { number: number; previous: RunningHash };

/** The receiving end of a stream. */
export type Reception = {
  /** The number of the message that is next. */
  next: number;
  /** The running hash before it; undefined when what was before it is not known. */
  running: RunningHash | undefined;
  /** What came early, in the order of numbers. */
  held: readonly Link[];
};

/** Numbers of a stream, both ends included. */
export type Range = { from: number; to: number };

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
  /** It has had its turn, or is held already. */
  | { kind: 'duplicate' }
  /** Too many are held: it has to stay in the mailbox, or the oldest gap has to be given up first. */
  | { kind: 'full' };

/** A stream to this device, of which nothing has come: it begins with 1, or when the device joined. */
export const beginAt = (first = 1): Reception => ({ next: first, running: first === 1 ? origin : undefined, held: [] });

/** A reception as the store has it; what had its turn may still lie there, if a crash came between the two. */
export const recall = ({ next, running }: Omit<Reception, 'held'>, held: readonly Link[]): Reception => ({
  next,
  running,
  held: held.filter(({ number }) => number >= next).toSorted((a, b) => a.number - b.number),
});

/** Where a numbered payload stands in the stream to an account; undefined when it has no place in it. */
export const linkOf = (
  payload: Payload,
  { account, message }: { account: AccountId; message: MessageId },
): Link | undefined => {
  const { header, content } = payload;
  const place = header.streams[account];
  if (place === undefined || header.kind === 'resend') return undefined;
  const [number, previous] = place;
  const digest = header.kind === 'void' ? toBase64Url(content) : hash(content);
  return { number, previous, message: header.message ?? message, digest };
};

/** The number with which the stream to an account begins for one of its devices. */
export const firstFor = (
  { header }: Payload,
  { account, device }: { account: AccountId; device: DeviceNumber },
): number => header.streams[account]?.[2]?.[device] ?? 1;

const turn = ({ running, held }: Reception, link: Link): Turn => ({
  link,
  altered: running !== undefined && running !== link.previous,
  // From what it says itself: after an alteration the stream goes on from there.
  reception: { next: link.number + 1, running: runningHash(link.previous, link), held },
});

const insert = (held: readonly Link[], link: Link): readonly Link[] =>
  held.toSpliced(held.findLastIndex(({ number }) => number < link.number) + 1, 0, link);

/** What to do with a message that came. */
export const receive = (reception: Reception, link: Link): Verdict => {
  const { next, held } = reception;
  if (link.number < next || held.some(({ number }) => number === link.number)) return { kind: 'duplicate' };
  if (link.number === next) return { kind: 'next', ...turn(reception, link) };
  if (held.length >= heldAtMost) return { kind: 'full' };
  return { kind: 'early', reception: { ...reception, held: insert(held, link) } };
};

/**
 * The held message whose turn it is, if any: to be asked again until there is none. Gaps that end at `givenUpTo` or
 * before are passed over.
 */
export const release = ({ next, running, held: [link, ...held] }: Reception, givenUpTo = 0): Turn | undefined => {
  if (link === undefined) return undefined;
  if (link.number === next) return turn({ next, running, held }, link);
  if (link.number - 1 > givenUpTo) return undefined;
  const lost = { from: next, to: link.number - 1 };
  return { ...turn({ next: link.number, running: undefined, held }, link), lost };
};

/** The numbers that have not come although later ones have. */
export const missing = ({ next, held }: Reception): Range[] =>
  held.flatMap(({ number }, i) => {
    const from = (held[i - 1]?.number ?? next - 1) + 1;
    return from < number ? [{ from, to: number - 1 }] : [];
  });
