import * as z from 'zod/mini';
import type { PushKind } from '#protocol';
import type { UpkeepContext } from './context.ts';
import { reportBroken } from './report-broken.ts';
import { tokenId } from './token-id.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html */
export const FailedDelivery = z.object({ EventType: z.literal('DeliveryFailure'), EndpointArn: z.string() });
type FailedDelivery = z.infer<typeof FailedDelivery>;

const kinds: Partial<Record<string, PushKind>> = { APNS: 'apns', APNS_SANDBOX: 'apns_sandbox', GCM: 'fcm' };

/** `arn:<partition>:sns:<region>:<account>:endpoint/<platform>/<application>/<id>` */
const kindOf = (endpoint: string): PushKind | undefined => kinds[endpoint.split('/')[1] ?? ''];

/** A push failed for good. If SNS has disabled the endpoint for it, the app was removed from the phone. */
export const cleanUp = async (context: UpkeepContext, { EndpointArn: endpoint }: FailedDelivery): Promise<void> => {
  const { directory, endpoints, telemetry } = context;
  telemetry.tally('Wakeups', 'failed');
  const kind = kindOf(endpoint);
  const found = await endpoints.read(endpoint);
  if (kind === undefined || found === undefined || found.enabled) return;
  const token = tokenId(kind, found.token);
  const record = await directory.pushToken(token);
  const isCurrent = record !== undefined && 'endpoint' in record.target && record.target.endpoint === endpoint;
  if (isCurrent) await reportBroken(context, record.device, { token, record });
};
