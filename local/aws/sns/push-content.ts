import * as z from 'zod/mini';
import type { Platform } from './application.ts';
import { type Message, textFor } from './message.ts';
import { invalidParameter } from './operation.ts';

/** What a provider is asked to bring to a phone. */
export type PushContent = {
  /** JSON, as the provider documents it. */
  payload: string;
  /** The attributes `AWS.SNS.MOBILE.*` that are for the provider, by their whole names. */
  attributes: Readonly<Record<string, string>>;
  /** How long the provider may keep it for a phone that is off, in seconds. */
  ttl: number;
};

/** "SNS 4 weeks." */
const longest = 28 * 24 * 3600;

/** What a message is for a platform. Throws InvalidParameter when it has nothing for it. */
export const pushContent = (platform: Platform, message: Message): PushContent => {
  const payload = payloadOf(platform, message);
  const attributes = attributesOf(platform, message);
  return { payload, attributes, ttl: ttlAttribute(platform, attributes) ?? ttlOfPayload(payload) ?? longest };
};

const payloadOf = (platform: Platform, message: Message): string => {
  const given = typeof message.text === 'string' ? undefined : message.text[platform];
  if (given !== undefined) {
    if (isJsonObject(given)) return given;
    throw invalidParameter(`Message Structure - the ${platform} entry of the JSON message body must be a JSON object`);
  }
  const text = textFor(message, platform);
  if (text === undefined) throw invalidParameter(`JSON must contain an entry for 'default' or '${platform}'.`);
  // unverified: how a plain text is wrapped for Firebase.
  return JSON.stringify(platform === 'GCM' ? { notification: { body: text } } : { aps: { alert: text } });
};

/**
 * The reserved attributes go along with a structured message too, as AWS's own example for APNs has it.
 * unverified: the reference says that they do with plain text only.
 */
const attributesOf = (platform: Platform, { attributes }: Message): Record<string, string> => {
  const families = platform === 'GCM' ? ['FCM', 'GCM'] : ['APNS', 'APNS_SANDBOX'];
  const prefixes = families.map((family) => `AWS.SNS.MOBILE.${family}.`);
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { StringValue: value }]) =>
      value !== undefined && prefixes.some((prefix) => name.startsWith(prefix)) ? [[name, value]] : [],
    ),
  );
};

const ttlAttribute = (platform: Platform, attributes: Readonly<Record<string, string>>): number | undefined => {
  const families = platform === 'GCM' ? ['FCM', 'GCM'] : [platform];
  const given = families.map((family) => attributes[`AWS.SNS.MOBILE.${family}.TTL`]).find((one) => one !== undefined);
  return given === undefined ? undefined : Number(given);
};

const Fcm = z.object({
  fcmV1Message: z.object({ message: z.object({ android: z.object({ ttl: z.string() }) }) }),
});

/** Firebase's `ttl` is seconds with an `s` behind them. */
const ttlOfPayload = (payload: string): number | undefined => {
  const parsed = z.safeParse(Fcm, JSON.parse(payload));
  return parsed.success ? Number.parseFloat(parsed.data.fcmV1Message.message.android.ttl) : undefined;
};

const isJsonObject = (text: string): boolean => {
  try {
    return z.safeParse(z.record(z.string(), z.unknown()), JSON.parse(text)).success;
  } catch {
    return false;
  }
};
