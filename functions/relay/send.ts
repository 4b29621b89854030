import type { ErrorObject, Message, MessageId } from '#protocol';
import { envelopeIdOf, isCurrent, limits, TandemError } from '#protocol';
import type { DeviceCaller } from '../shared/caller.ts';
import { toErrorObject } from '../shared/error-object.ts';
import type { Mail } from '../shared/mailboxes.ts';
import type { Addressee } from './address.ts';
import { addressees, createDevicesChanged, readAccounts } from './address.ts';
import type { Rule } from './context.ts';
import { type Delivery, deliver } from './deliver.ts';

type Posting = Mail & Delivery;
type Plan = { message: MessageId; mail: Posting[] } | { message: MessageId; error: ErrorObject };

const mailOf = (message: Message, to: readonly Addressee[], { sender, now }: { sender: DeviceCaller; now: number }) => {
  const life = message.ttl === undefined ? limits.envelopeLife : message.ttl * 1000;
  return to.map(
    ({ address, record, body }): Posting => ({
      to: address,
      connection: record.connection,
      expires: now + life,
      envelope: {
        id: envelopeIdOf(message.message, sender.address),
        body: message.bodies[body] ?? '',
        at: now,
        ...(message.urgent === true && { urgent: true }),
      },
    }),
  );
};

/** A failure of one message; what is no fault of the message fails the call. */
const errorOf = (error: unknown): ErrorObject => {
  if (error instanceof TandemError) return toErrorObject(error, '');
  throw error;
};

/**
 * Stores each message in the mailboxes of all its devices, then delivers to those that are connected. A message is
 * answered with its time only when every envelope of it is durable; each stands or falls alone. The ids are the
 * sender's, so that a repeat stores nothing twice.
 */
export const send: Rule<'relay.send'> = async (context, caller, { messages }) => {
  const { directory, mailboxes, platform } = context;
  const recipients = messages.flatMap(({ to }) => to);
  const accounts = await readAccounts(directory, caller, recipients);
  const now = platform.now();
  const devicesChanged = createDevicesChanged();

  const plan = (message: Message): Plan => {
    try {
      if (!isCurrent(message.message, now)) throw new TandemError('message_expired', { now });
      const to = addressees(message.to, caller, accounts);
      if ('changed' in to) throw devicesChanged(to.changed);
      return { message: message.message, mail: mailOf(message, to.devices, { sender: caller, now }) };
    } catch (error) {
      return { message: message.message, error: errorOf(error) };
    }
  };
  const plans = messages.map(plan);
  const mail = plans.flatMap((planned) => ('mail' in planned ? planned.mail : []));
  const failed = await mailboxes.store(mail);
  const stored = mail.filter(({ envelope }) => !failed.has(envelope.id));
  await deliver(context, stored);

  const results = plans.map((planned) => {
    if ('error' in planned) return planned;
    const { message } = planned;
    if (failed.has(envelopeIdOf(message, caller.address))) {
      return { message, error: errorOf(new TandemError('unavailable')) };
    }
    return { message, at: now };
  });
  return { results };
};
