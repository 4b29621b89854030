import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { newAccount, signBytes } from '../fixtures/accounts.ts';
import { text } from '../fixtures/mail.ts';
import { secret, watchLog } from '../fixtures/watch-log.ts';
import { claimsFor, tokenOf } from '../fixtures/wire.ts';

const { account, identity: key, phone } = newAccount();
const identity = { account, device: 1, key: phone };

const written: [string, string][] = [
  ['an account', `{"level":"error","what":"wake","account":"${account}"}`],
  ['the address of a device', `failed for ${account}.1`],
  ['a connect token', `Sec-WebSocket-Protocol: ${tokenOf(claimsFor(identity, 'ws://localhost'), phone)}`],
  ['a private key', '-----BEGIN PRIVATE KEY-----'],
  ['a push token', `Invalid parameter: Token ${secret('a-token-of-this-test')}`],
  ['a network address', 'from 127.1.0.7:4711'],
  ['a public key', `{"key":"${key.publicKey}"}`],
  ['a signature', `signed ${signBytes(phone, Buffer.from('words'))}`],
  ['a short body of a test', `{"body":"${text('hello')}"}`],
  ['a ciphertext', `{"bodies":["${randomBytes(200).toString('base64url')}"]}`],
  ['what telemetry has refused', '{"function":"relay","refused":["messages"]}'],
];

test.for(written)('a log that has %s in it is noticed', ([, line]) => {
  const watch = watchLog();
  watch.take({ source: 'stderr', line, function: 'f', requestId: 'r' });
  expect(watch.check).toThrow(line);
});

test('what is in every line of a log is not', () => {
  const watch = watchLog();
  watch.take({ source: 'stderr', function: 'f', requestId: 'r', line: `at /app/asset.${'ab7c'.repeat(16)}/index.mjs` });
  watch.take({ source: 'gateway', line: '{"requestId":"c4ead4a6-0799-400c-a9be-0c4064fa4841","connection":"Zx=" }' });
  watch.take({ source: 'aws', line: 'there is no function Tandem-dev-EndpointLogRoleapigatewaylogroleC56ABCB9' });
  expect(watch.check).not.toThrow();
});
