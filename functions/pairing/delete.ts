import { deleteStatement, TandemError, verify } from '#protocol';
import { standing } from '../shared/caller.ts';
import { checkTime } from './check-time.ts';
import type { AccountRule } from './context.ts';
import { unlinking } from './unlinking.ts';

const attempts = 3;

/** The phone deletes its account: all its devices are unlinked at once, and nobody can register it again. */
export const deleteAccount: AccountRule<'account.delete'> = async (context, caller, { at, signature }) => {
  const { directory, platform, host } = context;
  const now = platform.now();
  checkTime(at, now);
  const statement = deleteStatement(host, at, caller.account);
  if (!(await verify(caller.self.list.identityKey, signature, statement))) throw new TandemError('signature_invalid');

  let { self } = caller;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const current = self;
    const devices = current.list.devices.map(({ id }) => id);
    const write = () => directory.deleteAccount(current, now);
    if (await unlinking(context, { self: current, devices, by: caller.device, write })) return {};
    // The list has changed meanwhile: there may be devices that this one does not know of.
    self = standing(caller, await directory.account(caller.account));
  }
  throw new TandemError('unavailable');
};
