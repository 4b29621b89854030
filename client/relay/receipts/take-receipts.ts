import { type AccountId, type EnvelopeId, parseAddress, parseEnvelopeId } from '#protocol';
import type { Header } from '../streams/payload.ts';
import type { DeliveryStates } from './delivery-states.ts';

type Options = {
  self: { account: AccountId };
  states: Pick<DeliveryStates, 'advance'>;
  onRead: (ids: EnvelopeId[]) => void;
};

/**
 * Hears what the receipts of an account say: of this account's messages, how far they have come there; from another
 * device of this account, what its person has read. Other claims are nobody's.
 */
export const takeReceipts = async (
  { kind, receipts }: Header,
  from: AccountId,
  { self, states, onRead }: Options,
): Promise<void> => {
  if (receipts === undefined) return;
  const { delivered = [], read = [] } = receipts;
  const isOwn = (id: EnvelopeId) => parseAddress(parseEnvelopeId(id).sender).account === self.account;
  if (from === self.account) {
    // What rides along with a message to somebody else has come to this device as a receipt, too.
    const ids = kind === 'receipt' ? read.filter((id) => !isOwn(id)) : [];
    if (ids.length > 0) onRead(ids);
  } else {
    const messagesOf = (ids: readonly EnvelopeId[]) => ids.filter(isOwn).map((id) => parseEnvelopeId(id).message);
    await states.advance(messagesOf(delivered), 'delivered', from);
    await states.advance(messagesOf(read), 'read', from);
  }
};
