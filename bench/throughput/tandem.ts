import { setTimeout as delay } from 'node:timers/promises';
import { type EnvelopeId, limits, type Message, parseEnvelopeId } from '#protocol';
import { connectDevice, type Device, recipientOf, registerDevice } from '../devices/device.ts';
import { newMessageId } from '../devices/message-id.ts';
import type { Socket } from '../devices/open-socket.ts';
import { ampleQuotas } from '../quotas.ts';
import { type RunningCloud, runCloud } from '../run-cloud.ts';
import type { Pair, Peer } from './peer.ts';

/** A message in a call, beside its body, takes less than this. */
const around = 256;
const attempts = 20;
const pause = 100;

export type Tandem = Peer & { cloud: RunningCloud };

/** The local cloud as `npm start` runs it in the folder of a checkout of this repository, with its data in another. */
export const startTandem = async (data: string, folder?: string): Promise<Tandem> => {
  const cloud = await runCloud({ data, folder, settings: ampleQuotas, inspectable: true });
  const { endpoint, pid } = cloud;
  return {
    name: folder === undefined ? 'tandem' : `tandem of ${folder}`,
    accepts: 'its envelope is stored',
    pid,
    cloud,
    newId: newMessageId,
    encode: (bytes) => bytes.toString('base64url'),
    connect: async (count) => {
      const pairs: Pair[] = [];
      for (let i = 0; i < count; i += 1) {
        const [sender, receiver] = await Promise.all([registerDevice(endpoint), registerDevice(endpoint)]);
        pairs.push(await connectPair(endpoint, sender, receiver));
      }
      return pairs;
    },
    [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose](),
  };
};

/**
 * As the SDK does it: one call of `relay.send` is under way at a time, and what comes meanwhile shares the next, as far
 * as it fits a frame; what the gateway fails is said again; what one delivery brings is acknowledged in one, and handed
 * over once.
 */
const connectPair = async (endpoint: string, from: Device, to: Device): Promise<Pair> => {
  const [sender, receiver] = await Promise.all([connectDevice(endpoint, from), connectDevice(endpoint, to)]);
  const waiting: Waiting[] = [];
  let isSending = false;
  const sendAll = async () => {
    isSending = true;
    for (let batch = takeBatch(waiting); batch.length > 0; batch = takeBatch(waiting)) await sendBatch(sender, batch);
    isSending = false;
  };
  const taken = new Set<EnvelopeId>();
  return {
    send: (id, body) => {
      const { promise, ...settle } = Promise.withResolvers<void>();
      waiting.push({ message: { message: id, bodies: [body], to: [recipientOf(to)] }, ...settle });
      // Once the tick is over: what it gives shares a call.
      if (!isSending && waiting.length === 1) setImmediate(() => void sendAll());
      return promise;
    },
    onMessage: (handler) => {
      receiver.onDelivery((envelopes) => {
        for (const { id, body } of envelopes) {
          if (taken.has(id)) continue;
          taken.add(id);
          handler({ id: parseEnvelopeId(id).message, body, ack: () => undefined });
        }
        receiver.notify('relay.ack', { envelopes: envelopes.map(({ id }) => id) });
      });
    },
  };
};

type Waiting = { message: Message; resolve: () => void; reject: (error: unknown) => void };

const takeBatch = (waiting: Waiting[]): Waiting[] => {
  const size = around + (waiting[0]?.message.bodies[0]?.length ?? 0);
  return waiting.splice(0, Math.min(limits.batch, Math.floor(limits.frame / size)));
};

const sendBatch = async (sender: Socket, batch: readonly Waiting[]): Promise<void> => {
  const messages = batch.map(({ message }) => message);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { results } = await sender.call('relay.send', { messages });
      const bad = results.find((result) => 'error' in result);
      if (bad !== undefined) throw new Error(`The cloud refuses a message: ${JSON.stringify(bad)}`);
      return batch.forEach(({ resolve }) => resolve());
    } catch (error) {
      if (attempt === attempts) return batch.forEach(({ reject }) => reject(error));
      await delay(attempt * pause);
    }
  }
};
