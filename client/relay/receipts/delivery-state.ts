import * as z from 'zod/mini';
import { AccountId, type MessageId } from '#protocol';
import type { Header } from '../streams/payload.ts';

/**
 * How far a message has come on its way to an account: kept here, taken by the relay, handed over on any of the
 * account's devices, read there by its person.
 */
export const DeliveryState = z.enum(['sent', 'accepted', 'delivered', 'read']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** The state of a message at each account that it is for. */
export const AccountStates = z.record(AccountId, DeliveryState);
export type AccountStates = Readonly<Record<AccountId, DeliveryState>>;

/** `state` is how far it has come at all of the accounts: `read` when every one of them has read it. */
export type MessageState = { state: DeliveryState; accounts: AccountStates };

/** A message has come further. */
export type StateChange = { message: MessageId; account: AccountId; state: DeliveryState };

const rank = (state: DeliveryState): number => DeliveryState.options.indexOf(state);

/** The accounts that a message is for: the own one, which gets them all, only when there is no other. */
export const beginAt = ({ streams }: Header, self: AccountId, state: DeliveryState): AccountStates => {
  const accounts = Object.keys(streams);
  const others = accounts.filter((account) => account !== self);
  return Object.fromEntries((others.length > 0 ? others : accounts).map((account) => [account, state]));
};

/** Those of the accounts that come further by this: a state is never taken back, and nobody is added. */
export const furthered = (
  states: AccountStates,
  { state, by }: { state: DeliveryState; by: readonly AccountId[] },
): AccountId[] =>
  by.filter((account) => {
    const current = states[account];
    return current !== undefined && rank(current) < rank(state);
  });

export const overall = (accounts: AccountStates): MessageState => {
  const states = Object.values(accounts);
  const state = DeliveryState.options.find((option) => states.includes(option)) ?? 'sent';
  return { state, accounts };
};
