import { methods, type Result } from '#protocol';

/** In which ways a cloud can wake devices; `webPushKey` is what browsers subscribe with, where `webpush` is one of them. */
export const PushConfig = methods['push.config'].result;
export type PushConfig = Result<'push.config'>;
