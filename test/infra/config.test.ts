import { describe, expect, test } from 'vitest';
import { admissionPolicy, quotasOf, readConfig } from '../../infra/config.ts';

/** How much of what is allowed where nobody says otherwise, as the documentation states it. */
const allowed = {
  guestConnectionsPerMinute: 60,
  guestCallsPerMinute: 120,
  registrationsPerHour: 60,
  deviceCallsPerMinute: 120,
  readsPerMinute: 1200,
  sendsPerMinute: 1200,
  sendsPerPairPerMinute: 600,
  signalsPerMinute: 600,
  claimsPerPairPerHour: 30,
  claimsPerTargetPerHour: 600,
  refusalsPerMinute: 20,
  mailboxEnvelopes: 100_000,
  mailboxMegabytes: 50,
  strangersEnvelopes: 10_000,
};

test('nothing needs to be configured', () => {
  expect(readConfig({ '@aws-cdk/core:newStyleStackSynthesis': true })).toEqual({
    stage: 'dev',
    minimumClient: '0.0.0',
    throttlingRate: 2000,
    throttlingBurst: 1000,
    admission: 'open',
    webPushHosts: ['fcm.googleapis.com', '*.push.services.mozilla.com', '*.notify.windows.com', '*.push.apple.com'],
    ...allowed,
    costPerDay: 10,
    logRetentionDays: 30,
  });
});

test('the command line, which knows texts only, can set numbers', () => {
  const config = readConfig({
    'tandem.throttlingRate': '500',
    'tandem.logRetentionDays': '90',
    'tandem.guestCallsPerMinute': '7',
    'tandem.mailboxEnvelopes': '500',
    'tandem.webPushHosts': 'push.example.net,*.example.org',
  });
  expect(config).toMatchObject({
    throttlingRate: 500,
    logRetentionDays: 90,
    webPushHosts: ['push.example.net', '*.example.org'],
  });
  expect(quotasOf(config)).toEqual({ ...allowed, guestCallsPerMinute: 7, mailboxEnvelopes: 500 });
});

describe('a wrong setting', () => {
  test.for(['tandem.hots', 'tandem', 'tandem:stage', 'tandem.Stage'])(
    '%s is named, with the settings there are',
    (name) => {
      expect(() => readConfig({ [name]: 'prod' })).toThrow(
        `${name} is not a setting: remove it, or use one of tandem.stage, tandem.host, `,
      );
    },
  );

  test.for([
    ['tandem.stage', 'Prod'],
    ['tandem.stage', ''],
    ['tandem.stage', 7],
    ['tandem.host', 'wss://chat.example.org'],
    ['tandem.host', 'chat.example.org/prod'],
    ['tandem.host', 'localhost'],
    ['tandem.minimumClient', '1.0'],
    ['tandem.pageEmail', 'on call'],
    ['tandem.directoryTables', 'tandem-prod-directory-2'],
    ['tandem.directoryTables', { prod: 'my table' }],
    ['tandem.costPerDay', 0],
    ['tandem.throttlingRate', 0],
    ['tandem.throttlingRate', 'many'],
    ['tandem.throttlingBurst', 5001],
    ['tandem.logRetentionDays', '8'],
    ['tandem.admission', 'closed'],
    ['tandem.ticketIssuer', ''],
    ['tandem.ticketJwks', 'http://shop.example.org/keys.json'],
    ['tandem.ticketJwks', 'keys.json'],
    ['tandem.ticketSecret', 'a secret'],
    ['tandem.apnsSecret', 'a secret'],
    ['tandem.fcmSecret', ''],
    ['tandem.webPushSubject', 'push@example.org'],
    ['tandem.webPushSubject', 'http://example.org'],
    ['tandem.webPushHosts', ''],
    ['tandem.webPushHosts', 'https://push.example.net'],
    ['tandem.webPushHosts', 'push.example.net, push.example.org'],
    ['tandem.webPushHosts', '*'],
    ['tandem.webPushHosts', 'push.*.net'],
    ['tandem.webPushHosts', 'push.example.net:8443'],
    ['tandem.guestConnectionsPerMinute', 0],
    ['tandem.guestCallsPerMinute', '-1'],
    ['tandem.registrationsPerHour', 1_000_000_001],
    ['tandem.strangersEnvelopes', 'many'],
    ['tandem.mailboxMegabytes', 0],
    ['tandem.deviceCallsPerMinute', 1.5],
  ] as const)('%s = %j is named, with its value and where to change it', ([name, value]) => {
    expect(() => readConfig({ [name]: value })).toThrow(`${name} is ${JSON.stringify(value)}: `);
    expect(() => readConfig({ [name]: value })).toThrow(`Change it in cdk.json or with -c ${name}=…`);
  });

  test('does not hide another', () => {
    expect(() => readConfig({ 'tandem.hots': 'x', 'tandem.stage': '9' })).toThrow(
      /^tandem\.hots is not a setting.*\ntandem\.stage is "9"/,
    );
  });
});

const policyOf = (settings: Record<string, string>) => admissionPolicy(readConfig(settings));

describe('admission', () => {
  const ticket = { 'tandem.admission': 'ticket' };
  const issuer = { 'tandem.ticketIssuer': 'https://shop.example.org' };
  const jwks = { 'tandem.ticketJwks': 'https://shop.example.org/keys.json' };
  const secret = { 'tandem.ticketSecret': 'shop/tickets' };

  test('is open to everybody unless it is configured', () => {
    expect(policyOf({})).toEqual({ kind: 'open' });
  });

  test('is by tickets, checked with the keys of a JWKS or with a secret', () => {
    expect(policyOf({ ...ticket, ...issuer, ...jwks })).toEqual({
      kind: 'jwks',
      issuer: 'https://shop.example.org',
      url: 'https://shop.example.org/keys.json',
    });
    expect(policyOf({ ...ticket, ...issuer, ...secret })).toEqual({
      kind: 'secret',
      issuer: 'https://shop.example.org',
      secret: 'shop/tickets',
    });
  });

  test('by tickets needs an issuer, and is told so', () => {
    expect(() => policyOf({ ...ticket, ...jwks })).toThrow(
      'tandem.admission is "ticket": set tandem.ticketIssuer too.',
    );
  });

  test('by tickets needs one way to check them, not none and not two', () => {
    const remedy = 'tandem.admission is "ticket": set either tandem.ticketJwks or tandem.ticketSecret too.';
    expect(() => policyOf({ ...ticket, ...issuer })).toThrow(remedy);
    expect(() => policyOf({ ...ticket, ...issuer, ...jwks, ...secret })).toThrow(remedy);
  });
});
