import type { DeviceAddress, Envelope } from '#protocol';
import type { Connection } from '../shared/directory/index.ts';
import { room, sizeOf } from '../shared/mailboxes.ts';
import { notification } from '../shared/sockets.ts';
import type { RelayContext } from './context.ts';

/** An envelope and the connection of its device, as it was when the device was read. */
export type Delivery = { to: DeviceAddress; connection: Connection | undefined; envelope: Envelope };

/** `$connect` may not have returned yet: a connection younger than this is not gone because a post says so. */
const settling = 30_000;

/** Envelopes in as few frames as hold them. */
export const framesOf = (envelopes: readonly Envelope[]): string[] => {
  const frames: Envelope[][] = [];
  let left = 0;
  for (const envelope of envelopes) {
    const size = sizeOf(envelope);
    const current = frames.at(-1);
    if (current === undefined || size > left) {
      frames.push([envelope]);
      left = room - size;
    } else {
      current.push(envelope);
      left -= size;
    }
  }
  return frames.map((envelopes) => notification('relay.deliver', { envelopes }));
};

type Post = { to: DeviceAddress; connection: Connection; frames: string[] };

/** Hands frames to a device's connection; a connection that is gone is forgotten. */
export const post = async ({ directory, sockets, platform }: RelayContext, { to, connection, frames }: Post) => {
  const posted = await Promise.all(frames.map((frame) => sockets.post(connection.id, frame)));
  const settled = connection.at <= platform.now() - settling;
  if (posted.includes('gone') && settled) await directory.disconnect(to, connection.id);
};

/** Delivers to the devices that are connected, each device's envelopes together. What is lost on the way stays stored. */
export const deliver = async (context: RelayContext, deliveries: readonly Delivery[]): Promise<void> => {
  const byDevice = Map.groupBy(deliveries, ({ to }) => to);
  await Promise.all(
    [...byDevice].map(async ([to, mail]) => {
      const connection = mail[0]?.connection;
      if (connection === undefined) return;
      await post(context, { to, connection, frames: framesOf(mail.map(({ envelope }) => envelope)) });
    }),
  );
};
