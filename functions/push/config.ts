import { PushKind } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** In which ways this cloud wakes devices, and the key that browsers subscribe with. */
export const config: Rule<'push.config'> = async ({ directory, settings }, caller) => {
  standing(caller, await directory.account(caller.account));
  const { applications, webPush } = settings;
  const kinds = PushKind.options.filter((kind) =>
    kind === 'webpush' ? webPush !== undefined : applications[kind] !== undefined,
  );
  return { kinds, ...(webPush !== undefined && { webPushKey: webPush.publicKey }) };
};
