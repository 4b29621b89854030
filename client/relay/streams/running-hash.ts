import { FixedBytes, fromBase64Url, hash, type MessageId, statement, toBase64Url, utf8 } from '#protocol';

/** What stands for all of a stream up to some message: 16 bytes in base64url. */
export const RunningHash = FixedBytes(16);
export type RunningHash = string;

/** The running hash before the first message of a stream. */
export const origin: RunningHash = toBase64Url(new Uint8Array(16));

/** What stands for one message in the running hash; `digest` is the SHA-256 of its content, in base64url. */
export type Hashed = { message: MessageId; digest: string };

/** The running hash after a message: the first 16 bytes of SHA-256 over what was before, its id, and its content. */
export const runningHash = (previous: RunningHash, { message, digest }: Hashed): RunningHash => {
  const fields = [fromBase64Url(previous), utf8(message), fromBase64Url(digest)];
  return toBase64Url(fromBase64Url(hash(statement('stream', fields))).subarray(0, 16));
};
