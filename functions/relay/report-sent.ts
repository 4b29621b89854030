import type { MessageId } from '#protocol';
import type { DeviceCaller } from '../shared/caller.ts';
import type { Refusal } from '../shared/error-object.ts';
import type { RelayContext } from './context.ts';

/** What became of one message. */
export type Sent = { message: MessageId; at: number } | { message: MessageId; error: Refusal };

/** The operator learns what became of the messages of a call, and how long their sender has waited for it. */
export const reportSent = (
  { telemetry, platform }: Pick<RelayContext, 'telemetry' | 'platform'>,
  { calledAt }: Pick<DeviceCaller, 'calledAt'>,
  { results, envelopes }: { results: readonly Sent[]; envelopes: number },
): void => {
  telemetry.note({ envelopes });
  const refused = results.flatMap((result) => ('error' in result ? [result.error.data.code] : []));
  for (const code of refused) telemetry.tally('Errors', code);
  if (refused.length === results.length) return;
  telemetry.count('Accepted', results.length - refused.length);
  telemetry.measure('AcceptLatency', platform.now() - calledAt);
};
