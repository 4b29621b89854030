import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  EndpointDisabledException,
  GetEndpointAttributesCommand,
  InvalidParameterException,
  NotFoundException,
  PublishCommand,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import type { PushMessage } from './payloads.ts';
import { withoutLogger } from '../shared/without-logger.ts';

type Phone = {
  /** The ARN of the platform application. */
  application: string;
  token: string;
  /** The endpoint that the phone had until now. */
  known: string | undefined;
};

/** SNS says so of a token that has an endpoint with other attributes, and names that one. */
const existingEndpoint = (error: unknown): string | undefined =>
  error instanceof InvalidParameterException
    ? /Endpoint (arn:[\w-]+:sns:\S+) already exists/.exec(error.message)?.[1]
    : undefined;

/** SNS says it in two ways, the second when something is published to it. */
const isGone = (error: unknown): boolean =>
  error instanceof NotFoundException ||
  (error instanceof InvalidParameterException && error.message.includes('No endpoint found'));

/**
 * SNS's endpoints, one for each app on each phone.
 * https://docs.aws.amazon.com/sns/latest/dg/mobile-platform-endpoint.html
 */
export const createEndpoints = () => {
  const client = withoutLogger(new SNSClient());

  /** Gives the one that there is already, even if it is disabled. */
  const create = async ({ application, token }: Phone): Promise<string> => {
    try {
      const command = new CreatePlatformEndpointCommand({ PlatformApplicationArn: application, Token: token });
      const { EndpointArn } = await client.send(command);
      if (EndpointArn === undefined) throw new Error('SNS made an endpoint and did not name it');
      return EndpointArn;
    } catch (error) {
      const existing = existingEndpoint(error);
      if (existing === undefined) throw error;
      return existing;
    }
  };

  /** Undefined when there is no such endpoint. */
  const read = async (endpoint: string): Promise<{ token: string; enabled: boolean } | undefined> => {
    try {
      const { Attributes } = await client.send(new GetEndpointAttributesCommand({ EndpointArn: endpoint }));
      return { token: Attributes?.['Token'] ?? '', enabled: Attributes?.['Enabled']?.toLowerCase() === 'true' };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  };

  const set = async (endpoint: string, token: string): Promise<void> => {
    const Attributes = { Token: token, Enabled: 'true' };
    await client.send(new SetEndpointAttributesCommand({ EndpointArn: endpoint, Attributes }));
  };

  return {
    read,

    /** The enabled endpoint of a token: the known one, with the new token, if it can be. Can be repeated. */
    ensure: async (phone: Phone): Promise<string> => {
      const { known, token } = phone;
      let endpoint = known ?? (await create(phone));
      let found = await read(endpoint);
      if (found === undefined) {
        endpoint = await create(phone);
        found = await read(endpoint);
      }
      if (found?.enabled && found.token === token) return endpoint;
      try {
        await set(endpoint, token);
        return endpoint;
      } catch (error) {
        // Another endpoint has the token: the phone has been here before.
        const existing = existingEndpoint(error);
        if (existing === undefined) throw error;
        await set(existing, token);
        return existing;
      }
    },

    /** `gone`: the phone is not to be reached by it any more. */
    publish: async (endpoint: string, message: PushMessage): Promise<'sent' | 'gone'> => {
      try {
        await client.send(new PublishCommand({ TargetArn: endpoint, ...message }));
        return 'sent';
      } catch (error) {
        if (error instanceof EndpointDisabledException || isGone(error)) return 'gone';
        throw error;
      }
    },

    /** Does nothing when there is none. */
    remove: async (endpoint: string): Promise<void> => {
      await client.send(new DeleteEndpointCommand({ EndpointArn: endpoint }));
    },
  };
};
export type Endpoints = ReturnType<typeof createEndpoints>;
