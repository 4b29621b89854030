import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Cloud } from '#local';

/** What goes on in a cloud, for whoever waits until something that was begun there is over. */
export type Follower = Disposable & {
  /** How many calls of a method are over, so far. */
  calls: (method: string) => number;
  /** Resolves once that many are over. */
  called: (method: string, count: number) => Promise<void>;
  /** Resolves once so many envelopes in all have been acknowledged, and are deleted. */
  acknowledged: (envelopes: number) => Promise<void>;
  /**
   * Resolves once no function ran, nothing waited in a queue and nothing was said on a connection for so many
   * milliseconds: what a message causes goes on after it has arrived. What a queue is to deliver later, as the end of a
   * guest's five minutes, is not waited for. Throws when that does not come within a minute.
   */
  quiet: (milliseconds: number) => Promise<void>;
};

const Message = z.object({ requestContext: z.object({ routeKey: z.string() }), body: z.string() });
const Ack = z.object({ method: z.literal('relay.ack'), params: z.object({ envelopes: z.array(z.string()) }) });

const patience = 60_000;

/** Follows a cloud from now on. */
export const follow = ({ gateway, lambda, aws }: Cloud): Follower => {
  const running = new Map<string, unknown>();
  const calls = new Map<string, number>();
  const acknowledged = new Set<string>();
  const waiting = new Set<() => void>();
  let stirred = performance.now();
  const stir = () => {
    stirred = performance.now();
    for (const wake of waiting) wake();
  };
  const note = (event: unknown) => {
    const message = z.safeParse(Message, event).data;
    if (message === undefined) return;
    const { routeKey } = message.requestContext;
    calls.set(routeKey, (calls.get(routeKey) ?? 0) + 1);
    const ack = z.safeParse(Ack, JSON.parse(message.body)).data;
    for (const envelope of ack?.params.envelopes ?? []) acknowledged.add(envelope);
  };

  const stops = [
    gateway.onTraffic(stir),
    lambda.onActivity((activity) => {
      const { requestId } = activity;
      if (activity.kind === 'started') {
        running.set(requestId, activity.event);
      } else {
        note(running.get(requestId));
        running.delete(requestId);
      }
      stir();
    }),
  ];
  const isIdle = () =>
    running.size === 0 &&
    aws.queues.all.map((queue) => queue.count()).every((size) => size.visible + size.inFlight === 0);
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    }
  };

  return {
    calls: (method) => calls.get(method) ?? 0,
    called: (method, count) => until(() => (calls.get(method) ?? 0) >= count),
    acknowledged: (envelopes) => until(() => acknowledged.size >= envelopes),
    quiet: async (milliseconds) => {
      const deadline = performance.now() + patience;
      const rest = () => (isIdle() ? stirred + milliseconds - performance.now() : milliseconds);
      for (let left = rest(); left > 0; left = rest()) {
        if (performance.now() > deadline) throw new Error(`The cloud is still busy after ${patience / 1000} s.`);
        await delay(left);
      }
    },
    [Symbol.dispose]: () => stops.forEach((stop) => stop()),
  };
};
