import { expect, test } from 'vitest';
import { newAccount } from '../fixtures/accounts.ts';
import { secret, watchLog } from '../fixtures/watch-log.ts';
import { claimsFor, tokenOf } from '../fixtures/wire.ts';

const { account, phone } = newAccount();
const identity = { account, device: 1, key: phone };

const written: [string, string][] = [
  ['an account', `{"level":"error","what":"wake","account":"${account}"}`],
  ['the address of a device', `failed for ${account}.1`],
  ['a connect token', `Sec-WebSocket-Protocol: ${tokenOf(claimsFor(identity, 'ws://localhost'), phone)}`],
  ['a private key', '-----BEGIN PRIVATE KEY-----'],
  ['a push token', `Invalid parameter: Token ${secret('a-token-of-this-test')}`],
  ['a network address', 'from 127.1.0.7:4711'],
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
  expect(watch.check).not.toThrow();
});
