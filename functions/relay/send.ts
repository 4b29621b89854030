import type { AccountId, Message, MessageId, Recipient, Traceparent } from '#protocol';
import { envelopeIdOf, isCurrent, limits, TandemError } from '#protocol';
import type { DeviceCaller } from '../shared/caller.ts';
import { type Refusal, toErrorObject } from '../shared/error-object.ts';
import type { Rates } from '../shared/rates.ts';
import { loggedMessages } from '../shared/telemetry/index.ts';
import type { Addressee } from './address.ts';
import { addressees, createDevicesChanged, readAccounts } from './address.ts';
import { blockedBy } from './blocked-by.ts';
import { checkRoom } from './check-room.ts';
import type { Rule } from './context.ts';
import { type Delivery, deliver } from './deliver.ts';
import { noteStored } from './note.ts';
import { reportSent, type Sent } from './report-sent.ts';

type Posting = Delivery & Pick<Addressee, 'record'>;
type Plan = { message: MessageId; mail: Posting[] } | { message: MessageId; error: Refusal };
type Posted = { sender: DeviceCaller; now: number; traceparent: Traceparent };

const mailOf = (message: Message, to: readonly Addressee[], { sender, now, traceparent }: Posted) => {
  const life = message.ttl === undefined ? limits.envelopeLife : message.ttl * 1000;
  return to.map(
    ({ address, record, body }): Posting => ({
      to: address,
      record,
      connection: record.connection,
      expires: now + life,
      envelope: {
        id: envelopeIdOf(message.message, sender.address),
        body: message.bodies[body] ?? '',
        at: now,
        ...(message.urgent === true && { urgent: true }),
        traceparent,
      },
    }),
  );
};

/** Counts what the caller's account sends to each other; gives those to which it is too much, with why. */
const chargePairs = async (
  rates: Rates,
  { account }: DeviceCaller,
  to: readonly Recipient[],
): Promise<ReadonlyMap<AccountId, TandemError>> => {
  const others = [...new Set(to.map((recipient) => recipient.account))].filter((other) => other !== account);
  const outcomes = await Promise.all(
    others.map(async (other): Promise<[AccountId, TandemError][]> => {
      try {
        await rates.chargeBundled('sendsPerPairPerMinute', `${account}>${other}`);
        return [];
      } catch (error) {
        if (error instanceof TandemError) return [[other, error]];
        throw error;
      }
    }),
  );
  return new Map(outcomes.flat());
};

/** A failure of one message; what is no fault of the message fails the call. */
const errorOf = (error: unknown): Refusal => {
  if (error instanceof TandemError) return toErrorObject(error, '');
  throw error;
};

/**
 * Stores each message in the mailboxes of all its devices, then delivers to those that are connected. A message is
 * answered with its time only when every envelope of it is durable; each stands or falls alone. The ids are the
 * sender's, so that a repeat stores nothing twice.
 */
export const send: Rule<'relay.send'> = async (context, caller, { messages }) => {
  const { directory, mailboxes, platform, rates, telemetry } = context;
  telemetry.note({ messages: loggedMessages(messages.map(({ message }) => message)) });
  const recipients = messages.flatMap(({ to }) => to);
  const [accounts, overdone] = await Promise.all([
    readAccounts(directory, caller, recipients),
    chargePairs(rates, caller, recipients),
  ]);
  const blocked = await blockedBy(directory, caller, accounts);
  const now = platform.now();
  const devicesChanged = createDevicesChanged();
  const posted = { sender: caller, now, traceparent: telemetry.traceparent() };

  const plan = async (message: Message): Promise<Plan> => {
    try {
      if (!isCurrent(message.message, now)) throw new TandemError('message_expired', { now });
      const refusal = message.to.map(({ account }) => overdone.get(account)).find((found) => found !== undefined);
      if (refusal !== undefined) throw refusal;
      const to = addressees(message.to, caller, { accounts, blocked });
      if ('changed' in to) throw devicesChanged(to.changed);
      await checkRoom(context, caller, to.devices);
      return { message: message.message, mail: mailOf(message, to.devices, posted) };
    } catch (error) {
      return { message: message.message, error: errorOf(error) };
    }
  };
  const plans = await Promise.all(messages.map(plan));
  const mail = plans.flatMap((planned) => ('mail' in planned ? planned.mail : []));
  const failed = await mailboxes.store(mail);
  const stored = mail.filter(({ envelope }) => !failed.has(envelope.id));
  await Promise.all([deliver(context, stored), noteStored(context, caller, stored)]);

  const results = plans.map((planned): Sent => {
    if ('error' in planned) return planned;
    const { message } = planned;
    if (failed.has(envelopeIdOf(message, caller.address))) {
      return { message, error: errorOf(new TandemError('unavailable')) };
    }
    return { message, at: now };
  });
  reportSent(context, caller, { results, envelopes: stored.length });
  return { results };
};
