import { limits } from './limits.ts';

/** Why the edge closes a connection: a WebSocket close code and its reason. */
export type Breach = { code: 1003 | 1009; reason: string };

const BINARY: Breach = { code: 1003, reason: 'Binary frames are not supported' };
const TOO_BIG: Breach = { code: 1009, reason: 'Message too big' };

/**
 * Reads the headers of the frames (RFC 6455, section 5.2) in a client's raw bytes, which `ws` shows only as whole
 * messages. Returns the first rule that a chunk breaks: text only, 32 KB a frame, 128 KB a message
 * (AGW websocket-api-develop-binary-media-types.html and the limits table). Unverified: the reasons' wording.
 */
export const frameInspector = (): ((chunk: Buffer) => Breach | undefined) => {
  let header: number[] = [];
  let payloadLeft = 0;
  let messageBytes = 0;

  const endHeader = (): Breach | undefined => {
    const { opcode, length, masked } = decode(header);
    header = [];
    payloadLeft = length + (masked ? 4 : 0);
    if (opcode >= 8) return undefined;
    messageBytes = opcode === 0 ? messageBytes + length : length;
    if (opcode === 2) return BINARY;
    return length > limits.frameBytes || messageBytes > limits.messageBytes ? TOO_BIG : undefined;
  };

  return (chunk) => {
    let offset = 0;
    while (offset < chunk.length) {
      if (payloadLeft > 0) {
        const step = Math.min(payloadLeft, chunk.length - offset);
        payloadLeft -= step;
        offset += step;
        continue;
      }
      header.push(chunk.readUInt8(offset));
      offset += 1;
      const breach = header.length === headerBytes(header) ? endHeader() : undefined;
      if (breach !== undefined) return breach;
    }
    return undefined;
  };
};

/** How long a header is, without its mask: its second byte tells. */
const headerBytes = ([, second]: readonly number[]): number => {
  if (second === undefined) return 2;
  const length = second & 0x7f;
  if (length === 126) return 4;
  return length === 127 ? 10 : 2;
};

const decode = ([first = 0, second = 0, ...extended]: readonly number[]) => ({
  opcode: first & 0x0f,
  masked: (second & 0x80) !== 0,
  length: extended.length === 0 ? second & 0x7f : extended.reduce((sum, byte) => sum * 256 + byte, 0),
});
