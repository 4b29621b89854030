import { accountIdOf, type ErrorCode, isSignedBy, registerStatement, TandemError, verify } from '#protocol';
import { living } from '../shared/caller.ts';
import { checkTime } from './check-time.ts';
import type { AccountRule } from './context.ts';
import { isSameList } from './successor.ts';

/** What keeps new accounts out, but does not undo what an account was registered by before. */
const refusals: ReadonlySet<string> = new Set<ErrorCode>(['admission_refused', 'registration_closed']);

/** A phone makes an account: whoever holds the identity key owns the id, so all that is asked for is proof of that. */
export const register: AccountRule<'account.register'> = async (context, _, params) => {
  const { directory, platform, host, admit } = context;
  const { deviceList, at, signature, admission } = params;
  checkTime(at, platform.now());
  if (deviceList.version !== 1 || deviceList.devices.length !== 1) {
    throw new TandemError('list_refused', { reason: 'an account begins with version 1 and its primary alone' });
  }
  const account = accountIdOf(deviceList.identityKey);
  const statement = registerStatement(host, at, deviceList);
  const signed = await verify(deviceList.identityKey, signature, statement);
  if (!signed || !(await isSignedBy(account, deviceList))) throw new TandemError('signature_invalid');

  const registered = { account, device: deviceList.primary };
  /** Whether the account is there already, as after an answer that was lost. */
  const isThere = async (): Promise<boolean> => {
    const existing = await directory.account(account);
    if (existing === undefined) return false;
    if (!isSameList(living(existing, account).list, deviceList)) throw new TandemError('account_exists');
    return true;
  };
  try {
    if ((await directory.closure()) !== undefined) throw new TandemError('registration_closed');
    const ticket = await admit(admission, platform.now());
    if (await directory.register(deviceList, ticket)) return registered;
    throw new TandemError('admission_refused', { reason: 'used' });
  } catch (error) {
    // As when a ticket has expired or been used since: it may be a repeat.
    const refused = error instanceof TandemError && refusals.has(error.code);
    if (refused && (await isThere())) return registered;
    throw error;
  }
};
