import { envelopeIdOf } from '#protocol';
import { messageTo, oldMail, type Stage } from './world.ts';

/** Something to do with so many messages; `prepare` is what does not count. */
export type MailWork = {
  name: string;
  /** How many messages a round has: as many as take a second or two. */
  perRound: number;
  prepare: (stage: Stage, count: number) => Promise<void>;
  run: (stage: Stage, count: number) => Promise<void>;
};

/** What one sync asks for: so that a page ends where the mail does that has been put there for it. */
const pageSize = 25;

export const works: readonly MailWork[] = [
  {
    name: 'sent, delivered and acknowledged, one by one',
    perRound: 200,
    prepare: async () => undefined,
    run: async ({ sender, receiver, from, to }, count) => {
      for (let sent = 0; sent < count; sent += 1) {
        const message = messageTo(to);
        const id = envelopeIdOf(message.message, from.address);
        const delivered = new Promise<void>((resolve) => {
          receiver.onDelivery((envelopes) => envelopes.some((envelope) => envelope.id === id) && resolve());
        });
        await Promise.all([sender.call('relay.send', { messages: [message] }), delivered]);
        receiver.notify('relay.ack', { envelopes: [id] });
      }
    },
  },
  {
    name: `synchronized and acknowledged, ${pageSize} a page`,
    perRound: 2000,
    // In a deep mailbox it is only some more; in an empty one, all there is.
    prepare: ({ tables, from, to }, count) => tables.addMail(to.address, oldMail(count, from.address)),
    run: async ({ receiver }, count) => {
      let ack: string[] = [];
      for (let taken = 0; taken < count; taken += pageSize) {
        const { envelopes } = await receiver.call('relay.sync', { limit: pageSize, ...(ack.length > 0 && { ack }) });
        if (envelopes.length !== pageSize) throw new Error(`A page of ${envelopes.length} envelopes, not ${pageSize}.`);
        ack = envelopes.map(({ id }) => id);
      }
      receiver.notify('relay.ack', { envelopes: ack });
    },
  },
];
