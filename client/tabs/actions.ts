import * as z from 'zod/mini';
import { AccountId, Companion, DeviceList, DeviceNumber, MessageId, PushRegistration, Timestamp } from '#protocol';
import { ClientError } from '../errors.ts';
import { PushConfig } from '../push-config.ts';
import { Draft } from '../relay/outgoing.ts';
import { AccountStates, DeliveryState } from '../relay/receipts/delivery-state.ts';
import type { LocalSession } from '../session.ts';
import type { Offers } from './offers.ts';

/** With what the leading tab does it. */
export type Leading = { session: LocalSession; offers: Offers };

type Schema = z.ZodMiniType;
type Run<P extends Schema, R extends Schema> = (leading: Leading, params: z.infer<P>) => Promise<z.infer<R>>;

const action = <P extends Schema, R extends Schema>(params: P, result: R, run: Run<P, R>) => ({
  result,
  params,
  serve: async (leading: Leading, given: unknown): Promise<unknown> => run(leading, params.parse(given)),
});

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const Accounts = z.union([AccountId, z.array(AccountId)]);
const MessageState = z.object({ state: DeliveryState, accounts: AccountStates });
const Code = z.object({ code: z.string() });
const Confirmation = z.object({ confirmed: Companion, confirmRemote: z.exactOptional(z.boolean()) });

const definitions = {
  send: action(
    z.object({ message: MessageId, draft: Draft }),
    z.object({ message: MessageId, at: Timestamp }),
    ({ session }, drafted) => session.sendDraft(drafted),
  ),
  signal: action(z.object({ to: Accounts, body: Bytes }), z.void(), ({ session }, signal) => session.signal(signal)),
  stateOf: action(MessageId, z.optional(MessageState), ({ session }, message) => session.stateOf(message)),
  markRead: action(z.array(z.string()), z.void(), ({ session }, ids) => session.markRead(ids)),
  accept: action(AccountId, z.void(), ({ session }, account) => session.accept(account)),
  block: action(AccountId, z.void(), ({ session }, account) => session.block(account)),
  unblock: action(AccountId, z.void(), ({ session }, account) => session.unblock(account)),
  pushConfig: action(z.void(), PushConfig, ({ session }) => session.pushConfig()),
  registerPush: action(PushRegistration, z.void(), ({ session }, registration) => session.registerPush(registration)),
  unregisterPush: action(z.void(), z.void(), ({ session }) => session.unregisterPush()),
  devices: action(AccountId, DeviceList, ({ session }, account) => session.devices(account)),
  scan: action(Code, z.object({ companion: Companion, decideBy: Timestamp }), async ({ offers }, { code }) => {
    const { companion, decideBy } = await offers.scan(code);
    return { companion, decideBy };
  }),
  approve: action(z.object({ code: z.string(), confirmation: Confirmation }), z.void(), ({ offers }, params) =>
    offers.approve(params.code, params.confirmation),
  ),
  deny: action(Code, z.void(), ({ offers }, { code }) => offers.deny(code)),
  unlink: action(DeviceNumber, z.void(), ({ session }, device) => session.unlink(device)),
  leave: action(z.void(), z.void(), ({ session }) => session.leave()),
  deleteAccount: action(z.object({ confirmed: AccountId }), z.void(), ({ session }, deletion) =>
    session.deleteAccount(deletion),
  ),
} as const;

type Definitions = typeof definitions;
export type ActionName = keyof Definitions;
export type ActionParams<A extends ActionName> = z.infer<Definitions[A]['params']>;
export type ActionResult<A extends ActionName> = z.infer<Definitions[A]['result']>;

/** What the leading tab does for all of them. Each may be asked for again when a leader has died over it. */
export const actions: {
  readonly [A in ActionName]: Pick<Definitions[A], 'serve'> & { result: z.ZodMiniType<ActionResult<A>> };
} = definitions;

export const isAction = (name: string): name is ActionName => Object.hasOwn(definitions, name);

/** @throws `answer_invalid` when the leader is of another version */
export const readResult = <A extends ActionName>(action: A, given: unknown): ActionResult<A> => {
  const result = actions[action].result.safeParse(given);
  if (!result.success) throw new ClientError('answer_invalid', { details: action });
  return result.data;
};
