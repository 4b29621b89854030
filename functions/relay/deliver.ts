import type { DeviceAddress, Envelope } from '#protocol';
import { limits, parseEnvelopeId } from '#protocol';
import type { Connection } from '../shared/directory/index.ts';
import type { Mail } from '../shared/mailboxes.ts';
import { room, sizeOf } from '../shared/mailboxes.ts';
import { notification } from '../shared/sockets.ts';
import type { Wakeup } from '../shared/wakeups.ts';
import type { DeliveryContext } from './context.ts';
import { inPool } from '../shared/in-pool.ts';

/** An envelope and the connection of its device, as it was when the device was read. */
export type Delivery = Mail & { connection: Connection | undefined };
/** All that there is for one device. */
type Parcel = { to: DeviceAddress; connection: Connection | undefined; mail: Delivery[] };
type ConnectedParcel = Parcel & { connection: Connection };

/** `$connect` may not have returned yet: a connection younger than this is not gone because a post says so. */
const settling = 30_000;
/** How long a sender waits for posts to others, in milliseconds; what takes longer is left to the deadline. */
const budget = 2_000;
/** How many devices are posted to at once. */
const pool = 32;

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

/** Hands frames to a device's connection, one after another. False when it is gone: then it is forgotten. */
export const post = async (
  { directory, sockets, platform }: Pick<DeliveryContext, 'directory' | 'sockets' | 'platform'>,
  { to, connection, frames }: Post,
): Promise<boolean> => {
  for (const frame of frames) {
    const posted = await sockets.post(connection.id, frame, budget);
    if (posted === 'sent') continue;
    if (posted === 'stuck' || connection.at > platform.now() - settling) return true;
    await directory.disconnect(to, connection.id);
    return false;
  }
  return true;
};

/** Sees to it that somebody looks whether the mail has been acknowledged, unless somebody does already. */
const expectAck = async (context: DeliveryContext, { to, connection, mail }: ConnectedParcel) => {
  const { directory, deadlines, platform } = context;
  const now = platform.now();
  if (connection.checkAt > now) return;
  const ids = mail.map(({ envelope }) => envelope.id).toSorted();
  const [from, last] = [ids.at(0), ids.at(-1)];
  if (from === undefined || last === undefined) return;
  await Promise.all([
    directory.expectAck(to, { connection: connection.id, now, at: now + limits.ackDeadline }),
    deadlines.set({ device: to, connection: connection.id, from, to: last, at: now, again: false }),
  ]);
};

/** Urgent mail wakes urgently; it is worth it for as long as any of the mail is wanted. */
export const wakeupOf = (device: DeviceAddress, mail: readonly Omit<Mail, 'to'>[]): Wakeup => ({
  device,
  urgent: mail.some(({ envelope }) => envelope.urgent === true),
  expires: Math.max(...mail.map(({ expires }) => expires)),
  messages: mail.map(({ envelope }) => parseEnvelopeId(envelope.id).message),
  traceparent: mail.at(-1)?.envelope.traceparent,
});

const toWake = (parcels: readonly Parcel[]): Wakeup[] => parcels.map(({ to, mail }) => wakeupOf(to, mail));

/**
 * Brings stored mail to the devices that are connected, and has the others woken. What is lost on the way stays stored,
 * and the deadline finds it.
 */
export const deliver = async (context: DeliveryContext, deliveries: readonly Delivery[]): Promise<void> => {
  const parcels = [...Map.groupBy(deliveries, ({ to }) => to)].map(([to, mail]) => ({
    to,
    connection: mail[0]?.connection,
    mail,
  }));
  const connected = parcels.flatMap(({ connection, ...rest }) => (connection ? [{ ...rest, connection }] : []));
  const bring = async (parcel: ConnectedParcel) => {
    const { to, connection, mail } = parcel;
    const frames = framesOf(mail.map(({ envelope }) => envelope));
    const [reached] = await Promise.all([post(context, { to, connection, frames }), expectAck(context, parcel)]);
    return reached;
  };
  const asleep = parcels.filter(({ connection }) => connection === undefined);
  const [reached] = await Promise.all([inPool(pool, connected, bring), context.wakeups.wake(toWake(asleep))]);
  const gone = connected.filter((_, i) => reached[i] === false);
  await context.wakeups.wake(toWake(gone));
  context.telemetry.note({ posted: connected.length - gone.length, woken: asleep.length + gone.length });
};
