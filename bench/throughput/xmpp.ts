import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Daemon } from './daemon.ts';
import type { Pair, Peer } from './peer.ts';

/** An XMPP server that runs, and where it takes WebSockets (RFC 7395). */
type XmppServer = { name: string; daemon: Daemon; url: string };

export const host = 'localhost';
const senderOf = (pair: number): string => `sender-${pair}`;
const receiverOf = (pair: number): string => `receiver-${pair}`;

/** Whoever needs an account at an XMPP server for so many pairs. */
export const usersOf = (pairs: number): string[] =>
  Array.from({ length: pairs }, (_, pair) => [senderOf(pair), receiverOf(pair)]).flat();
export const passwordOf = (user: string): string => `password of ${user}`;

const framing = 'urn:ietf:params:xml:ns:xmpp-framing';
const management = 'urn:xmpp:sm:3';

/** A stream with stream management (XEP-0198), by which either side tells how many stanzas it has taken over. */
type Stream = {
  /** Sends a stanza; resolves when the server has taken it over. */
  send: (stanza: string) => Promise<void>;
  onMessage: (handler: (stanza: string) => void) => void;
};

/** Every frame is one whole element, so that it can be told by its beginning; quotes are of either kind. */
const isStanza = (frame: string): boolean => /^<(message|presence|iq)\b/.test(frame);
const attribute = (frame: string, name: string): string =>
  new RegExp(`^<[^>]*\\s${name}=["']([^"']*)["']`).exec(frame)?.[1] ?? '';

const openStream = async (url: string, user: string): Promise<Stream> => {
  const socket = new WebSocket(url, 'xmpp', { perMessageDeflate: false });
  await once(socket, 'open');
  const next = (beginning: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const hear = (data: Buffer) => {
        const frame = data.toString();
        const refused = /^<(\w+:)?(failure|error|close)\b/.test(frame);
        if (!refused && !beginning.test(frame)) return;
        socket.off('message', hear);
        if (refused) reject(new Error(`${url} refuses ${user}: ${frame}`));
        else resolve();
      };
      socket.on('message', hear);
    });
  const begin = async () => {
    const features = next(/^<(\w+:)?features\b/);
    socket.send(`<open xmlns="${framing}" to="${host}" version="1.0"/>`);
    await features;
  };
  const ask = async (stanza: string, answer: RegExp) => {
    const answered = next(answer);
    socket.send(stanza);
    await answered;
  };
  await begin();
  const plain = Buffer.from(`\0${user}\0${passwordOf(user)}`).toString('base64');
  await ask(`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${plain}</auth>`, /^<success\b/);
  await begin();
  const bind = '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>bench</resource></bind>';
  await ask(`<iq xmlns="jabber:client" type="set" id="bind">${bind}</iq>`, /^<iq\b/);
  await ask(`<enable xmlns="${management}"/>`, /^<enabled\b/);
  return manage(socket);
};

/** From here on both sides count. */
const manage = (socket: WebSocket): Stream => {
  let [sent, received, isAsking] = [0, 0, false];
  const waiting: { number: number; accept: () => void }[] = [];
  let take: ((stanza: string) => void) | undefined;

  const askOnce = () => {
    if (isAsking) return;
    isAsking = true;
    // Once a tick, however many stanzas it has sent.
    setImmediate(() => {
      isAsking = false;
      socket.send(`<r xmlns="${management}"/>`);
    });
  };
  const send = (stanza: string): Promise<void> => {
    const { promise, resolve: accept } = Promise.withResolvers<void>();
    waiting.push({ number: (sent += 1), accept });
    socket.send(stanza);
    askOnce();
    return promise;
  };
  socket.on('message', (data: Buffer) => {
    const frame = data.toString();
    if (frame.startsWith('<r')) return socket.send(`<a xmlns="${management}" h="${received}"/>`);
    if (frame.startsWith('<a ')) {
      const taken = Number(attribute(frame, 'h'));
      while (waiting[0] !== undefined && waiting[0].number <= taken) waiting.shift()?.accept();
    }
    if (isStanza(frame)) received += 1;
    if (frame.startsWith('<message')) take?.(frame);
  });
  return {
    send,
    onMessage: (handler) => {
      take = handler;
    },
  };
};

/** Logs a sender and a receiver in. The receiver takes a message over by answering when the server asks how many. */
const connectPair = async (url: string, pair: number): Promise<Pair> => {
  const [sender, receiver] = [await openStream(url, senderOf(pair)), await openStream(url, receiverOf(pair))];
  await Promise.all([sender, receiver].map(({ send }) => send('<presence xmlns="jabber:client"/>')));
  const to = `${receiverOf(pair)}@${host}`;
  return {
    send: (id, body) =>
      sender.send(`<message xmlns="jabber:client" to="${to}" type="chat" id="${id}"><body>${body}</body></message>`),
    onMessage: (handler) => {
      receiver.onMessage((stanza) => {
        const body = /<body[^>]*>([^<]*)<\/body>/.exec(stanza)?.[1] ?? '';
        handler({ id: attribute(stanza, 'id'), body, ack: () => undefined });
      });
    },
  };
};

/** The peer that an XMPP server is; its users have the accounts of {@link usersOf}. */
export const xmppPeer = ({ name, daemon, url }: XmppServer): Peer => {
  let ids = 0;
  return {
    name,
    accepts: 'it is routed (XEP-0198)',
    pid: daemon.pid,
    newId: () => String((ids += 1)),
    encode: (bytes) => bytes.toString('base64'),
    connect: (count) => Promise.all(Array.from({ length: count }, (_, pair) => connectPair(url, pair))),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
};
