import { AwsError } from '../errors.ts';
import type { Message } from './message.ts';
import { openOutbox, type Outbox } from './outbox.ts';
import type { Phones } from './phones.ts';
import { pushContent } from './push-content.ts';

/** What the push providers know that nobody here does. */
export type Provider = {
  /** Lets a token be one that the provider does not take any more, because the app was removed from the phone. */
  expire: (token: string) => void;
};

export type Pusher = {
  /** Sends a message to an endpoint's phone. Throws when the endpoint does not exist or is disabled. */
  push: (endpoint: string, message: Message) => void;
  outbox: Outbox;
  provider: Provider;
};

export const startPusher = (phones: Phones): Pusher => {
  const outbox = openOutbox();
  const expired = new Set<string>();
  return {
    outbox,
    provider: { expire: (token) => void expired.add(token) },
    push: (arn, message) => {
      const endpoint = phones.endpoint(arn);
      const { arn: application, platform, attributes } = phones.application(endpoint.application);
      if (attributes['Enabled']?.toLowerCase() === 'false') {
        throw new AwsError('PlatformApplicationDisabled', 'Platform application is disabled');
      }
      if (!endpoint.enabled) throw new AwsError('EndpointDisabled', 'Endpoint is disabled');
      const { token } = endpoint;
      const push = { ...pushContent(platform, message), message: message.id, platform, application };
      if (!expired.has(token)) {
        outbox.add({ ...push, endpoint: arn, token, at: message.at });
        return;
      }
      // Publishing succeeds all the same: only the provider's answer tells SNS, which then disables the endpoint.
      phones.updateEndpoint({ ...endpoint, enabled: false });
      phones.tellFailure(endpoint, {
        FailureType: 'InvalidPlatformToken',
        FailureMessage: 'Platform token associated with the endpoint is not valid',
        MessageId: message.id,
      });
    },
  };
};
