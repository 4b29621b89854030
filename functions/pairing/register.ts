import { accountIdOf, deviceListHash, isSignedBy, registerStatement, TandemError, verify } from '#protocol';
import type { Rule } from './context.ts';
import { checkTime } from './check-time.ts';

/** A phone makes an account: whoever holds the identity key owns the id, so there is nothing to ask for but proof. */
export const register: Rule<'account.register'> = async ({ directory, platform, host }, _, params) => {
  const { deviceList, at, signature } = params;
  checkTime(at, platform.now());
  if (deviceList.version !== 1 || deviceList.devices.length !== 1) {
    throw new TandemError('list_refused', { reason: 'an account begins with version 1 and its primary alone' });
  }
  const account = accountIdOf(deviceList.identityKey);
  const statement = registerStatement(host, at, deviceList);
  const signed = await verify(deviceList.identityKey, signature, statement);
  if (!signed || !(await isSignedBy(account, deviceList))) throw new TandemError('signature_invalid');

  if (!(await directory.register(deviceList))) {
    const existing = await directory.account(account);
    const repeated = existing !== undefined && deviceListHash(existing.list) === deviceListHash(deviceList);
    if (!repeated) throw new TandemError('account_exists');
  }
  return { account, device: deviceList.primary };
};
