import * as z from 'zod/mini';
import {
  AccountId,
  type Bytes,
  Device,
  DeviceAddress,
  DeviceList,
  DeviceNumber,
  EnvelopeId,
  MessageId,
  Timestamp,
} from '#protocol';
import { DeliveryState } from '../relay/receipts/delivery-state.ts';
import type { SessionEvents } from '../session-events.ts';

type Schema<T> = { safeParse: (value: unknown) => { success: true; data: T } | { success: false } };

const bytes = z.custom<Bytes>((value) => value instanceof Uint8Array);
const sender = z.object({ account: AccountId, device: DeviceNumber });

const events = {
  devices: z.object({
    list: DeviceList,
    added: z.array(Device),
    removed: z.array(DeviceNumber),
    recovered: z.boolean(),
  }),
  left: DeviceNumber,
  push_broken: DeviceNumber,
  list_conflict: AccountId,
  stale: AccountId,
  signal: z.object({ message: MessageId, sender, body: bytes }),
  message: z.object({
    id: EnvelopeId,
    message: MessageId,
    sender,
    body: bytes,
    at: Timestamp,
    urgent: z.boolean(),
    isRequest: z.boolean(),
  }),
  state: z.object({ message: MessageId, account: AccountId, state: DeliveryState }),
  read: z.array(EnvelopeId),
  gap: z.object({
    sender: DeviceAddress,
    kind: z.enum(['lost', 'altered']),
    from: z.int(),
    to: z.int(),
  }),
} as const;

/** What the leading tab tells all of them. Its troubles (`error`) are its own. */
export type ToldName = keyof typeof events;

export const told: { readonly [E in ToldName]: Schema<SessionEvents[E]> } = events;

export const isTold = (name: string): name is ToldName => Object.hasOwn(events, name);
export const toldNames = Object.keys(events).filter(isTold);
