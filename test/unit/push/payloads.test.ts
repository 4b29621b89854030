import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { apnsMessage, fcmMessage, type PushMessage } from '../../../functions/push/payloads.ts';

const Structured = z.record(z.string(), z.string());

/** What SNS hands on to a platform, and the attributes beside it. */
const handedOn = ({ Message, MessageAttributes }: PushMessage, platform: string) => ({
  payload: JSON.parse(Structured.parse(JSON.parse(Message))[platform] ?? '') as unknown,
  attributes: Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
  ),
});

const ofAlert = { apns: 'APNS', apns_sandbox: 'APNS_SANDBOX' } as const;

describe('for Apple', () => {
  // "Generating a remote notification": alert, sound, mutable-content 1 "to pass it to your notification service app
  // extension", for which "the alert dictionary must contain the title, subtitle, or body"; "Sending notification
  // requests to APNs": apns-push-type alert, priority 10 to send at once, collapse id of 64 bytes at most.
  test.for(['apns', 'apns_sandbox'] as const)('an alert that an extension may rewrite, by %s', (kind) => {
    const message = apnsMessage(kind, { ttl: 3600, silent: false });
    expect(message.MessageStructure).toBe('json');
    expect(handedOn(message, ofAlert[kind])).toEqual({
      payload: { aps: { alert: { body: 'You may have new messages.' }, sound: 'default', 'mutable-content': 1 } },
      attributes: {
        'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'alert',
        'AWS.SNS.MOBILE.APNS.PRIORITY': '10',
        'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': 'tandem-wake',
        [`AWS.SNS.MOBILE.${ofAlert[kind]}.TTL`]: '3600',
      },
    });
  });

  // "Pushing background updates to your App": content-available 1, and the aps dictionary "must not contain the alert,
  // badge, or sound keys"; apns-push-type background, apns-priority 5.
  test.for(['apns', 'apns_sandbox'] as const)('where the app asked for silence, a background update, by %s', (kind) => {
    expect(handedOn(apnsMessage(kind, { ttl: 60, silent: true }), ofAlert[kind])).toEqual({
      payload: { aps: { 'content-available': 1 } },
      attributes: {
        'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'background',
        'AWS.SNS.MOBILE.APNS.PRIORITY': '5',
        'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': 'tandem-wake',
        [`AWS.SNS.MOBILE.${ofAlert[kind]}.TTL`]: '60',
      },
    });
  });
});

describe('for Google', () => {
  // "REST resource: projects.messages": data is a map of strings, whose keys are neither "from" nor "message_type", nor
  // begin with "google." or "gcm."; android.priority normal or high, ttl seconds with an "s", collapse_key a string.
  // SNS Developer Guide, "Firebase Cloud Messaging v1 API payloads": all of it under fcmV1Message.message.
  test('a data message, which the app handles itself', () => {
    expect(handedOn(fcmMessage({ ttl: 3600 }), 'GCM')).toEqual({
      payload: {
        fcmV1Message: {
          message: {
            data: { event: 'relay.waiting' },
            android: { priority: 'high', ttl: '3600s', collapse_key: 'tandem-wake' },
          },
        },
      },
      attributes: {},
    });
  });
});
