import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type MethodName, subprotocol } from '#protocol';
import { claimsFor, type Identity, newAddress, tokenOf } from '../../fixtures/wire.ts';
import { type Expectation, expectationOf } from './expectation.ts';
import { judge, readEvent, type Verdict } from './verdict.ts';
import type { Ended, Watch } from './watch-functions.ts';

/** Longer than any function may run. */
const patience = 25_000;

/** What became of a frame; `method` is the one that it is a call of, if it is one. */
export type Exchange = Verdict & { answer: string; method: MethodName | undefined };

/** How a frame's way ended: its invocation did (with the error's words if it did not return), or the wait for it. */
type Settled = { how: 'done'; crash: string | undefined } | { how: 'closed' } | { how: 'late' };

/** The methods that end the connection which they are called on. */
const farewells = new Set<MethodName | undefined>(['account.delete', 'devices.leave']);

const wrong = (outcome: string, what: string): Verdict => ({ outcome, fault: { kind: 'wrong', what } });

/** A connection that says one frame after another, whatever they are, and judges what comes back. */
export const openClient = async (endpoint: string, watch: Watch, identity?: Identity) => {
  const address = newAddress();
  const token = identity === undefined ? [] : [tokenOf(claimsFor(identity, endpoint), identity.key)];
  const socket = new WebSocket(endpoint, [subprotocol, ...token], { perMessageDeflate: false, localAddress: address });
  const answers: string[] = [];
  const strange: string[] = [];
  let dismissed = false;
  let heard = Promise.withResolvers<void>();
  socket.on('message', (data: Buffer) => {
    const event = readEvent(data.toString());
    if (event === 'session.revoked') dismissed = true;
    if (event === 'none') strange.push(data.toString());
    if (event !== undefined) return;
    answers.push(data.toString());
    heard.resolve();
  });
  const closed = once(socket, 'close').then((): Settled => ({ how: 'closed' }));
  socket.on('error', () => undefined);
  await once(socket, 'open');

  /** Waits until the frame has been dealt with and whatever it is answered is here. */
  const settle = async (ended: Promise<Ended>): Promise<Settled> => {
    const late = Promise.withResolvers<Settled>();
    const timer = setTimeout(late.resolve, patience, { how: 'late' });
    const answered = heard.promise.then((): Settled => ({ how: 'done', crash: undefined }));
    const invoked = ended.then(({ crash }): Settled => ({ how: 'done', crash }));
    const settled = await Promise.race([invoked, answered, closed, late.promise]);
    clearTimeout(timer);
    if (settled.how !== 'done') return settled;
    // The gateway answers before it reads on, so that nothing more can come of this frame after the pong.
    const ponged = once(socket, 'pong').then(() => settled);
    socket.ping();
    return Promise.race([ponged, closed]);
  };

  const verdictOn = (expected: Expectation, settled: Settled): Verdict => {
    if (settled.how === 'late') return wrong('silence', 'nothing came of it');
    if (settled.how === 'done' && settled.crash !== undefined) {
      return { outcome: 'crash', fault: { kind: 'crash', what: settled.crash } };
    }
    if (strange.length > 0) return wrong('strange', 'with a notification that is not in the table');
    const [answer, ...more] = answers;
    if (more.length > 0) return wrong('answers', 'more than one answer');
    if (answer !== undefined) return judge(answer, expected);
    if (settled.how === 'closed')
      return dismissed ? { outcome: 'closed' } : wrong('closed', 'its connection was closed');
    return expected.id === undefined ? { outcome: 'silence' } : wrong('silence', 'no answer');
  };

  return {
    /** Whether it can say more: it is open, and its device has not been unlinked. */
    isUsable: () => !dismissed && socket.readyState === WebSocket.OPEN,
    exchange: async (text: string): Promise<Exchange> => {
      heard = Promise.withResolvers();
      const ended = watch.ended(address);
      socket.send(text);
      const settled = await settle(ended);
      const expected = expectationOf(text);
      const verdict = verdictOn(expected, settled);
      const { method } = expected;
      if (verdict.outcome === 'unlinked' || (verdict.outcome === 'result' && farewells.has(method))) dismissed = true;
      // What comes later than this was asked for by nobody, and is found beside the next answer.
      return { ...verdict, method, answer: [...answers.splice(0), ...strange.splice(0)].join('\n') };
    },
    [Symbol.asyncDispose]: async () => {
      socket.terminate();
      await closed;
    },
  };
};
