import { type DeviceAddress, parseAddress, TandemError } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { PushTarget } from '../shared/directory/index.ts';
import type { PushContext, Rule } from './context.ts';
import { targetOf } from './target-of.ts';
import { tokenIdOf } from './token-id.ts';

const attempts = 3;

/**
 * A token moves within its account, or from a device that has given it up: who has merely seen a stranger's token must
 * not stop the stranger's wake-ups. @throws `push_taken`
 */
const checkOwner = async (
  { directory }: Pick<PushContext, 'directory'>,
  { by, owner, token }: { by: DeviceAddress; owner: DeviceAddress | undefined; token: string },
): Promise<void> => {
  if (owner === undefined || parseAddress(owner).account === parseAddress(by).account) return;
  const { account, device } = parseAddress(owner);
  if ((await directory.device(account, device))?.push === token) throw new TandemError('push_taken');
};

const endpointOf = (target: PushTarget | undefined, kind: string): string | undefined =>
  target !== undefined && target.kind === kind && 'endpoint' in target ? target.endpoint : undefined;

/** The device can be woken by this token from now on, and by no other. */
export const register: Rule<'push.register'> = async (context, caller, registration) => {
  const { directory, releases } = context;
  const { account, device, address } = caller;
  const { kind } = registration;
  const token = tokenIdOf(registration);

  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const former = standing(caller, await directory.account(account)).devices.get(device)?.push;
    const [present, past] = await Promise.all([
      directory.pushToken(token),
      former === undefined || former === token ? undefined : directory.pushToken(former),
    ]);
    const owner = present?.device;
    await checkOwner(context, { by: address, owner, token });
    // Of a token that was renewed the endpoint is kept.
    const own = past?.device === address ? endpointOf(past.target, kind) : undefined;
    const target = await targetOf(context, registration, endpointOf(present?.target, kind) ?? own);
    const replaces = own !== undefined && own === endpointOf(target, kind);
    // Asked for before the write, so that nothing is left if this function dies right after.
    if (past !== undefined && former !== undefined && !replaces) {
      await releases.release([{ device: address, token: former }]);
    }
    if (await directory.registerPush(address, { token, target, owner, former, replaces })) return {};
  }
  throw new TandemError('unavailable');
};
