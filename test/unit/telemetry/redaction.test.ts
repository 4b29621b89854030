import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { DeviceAddress, Envelope, EnvelopeId } from '#protocol';
import { addressOf, envelopeIdOf } from '#protocol';
import { hashed } from '../../../functions/shared/telemetry/hashed.ts';
import { loggedMessages, loggedRequest } from '../../../functions/shared/telemetry/logged.ts';
import type { Notes } from '../../../functions/shared/telemetry/telemetry.ts';
import { newAccount, signBytes } from '../../fixtures/accounts.ts';
import { claimsFor, tokenOf } from '../../fixtures/wire.ts';
import { newMessageId } from '../../fixtures/world.ts';
import { openTestTelemetry, salt } from './telemetry.fixture.ts';

const { account, identity, phone } = newAccount();
const address: DeviceAddress = addressOf(account, 1);
const message = newMessageId();
const id: EnvelopeId = envelopeIdOf(message, address);
const envelope: Envelope = { id, body: randomBytes(500).toString('base64url'), at: 1 };
const token = tokenOf(claimsFor({ account, device: 1, key: phone }, 'ws://localhost'), phone);

/** What nobody may write into a log, by what it is. */
const secrets = {
  body: envelope.body,
  'envelope id': id,
  address,
  account,
  key: identity.publicKey,
  signature: signBytes(identity, Buffer.from('words')),
  token,
  'network address': '203.0.113.7',
};

describe('what may be noted', () => {
  test('does not type-check for what people send, keys, tokens, signatures and addresses', () => {
    const all: Notes[] = [
      // @ts-expect-error an address of a device, not hashed
      { device: address },
      // @ts-expect-error an envelope's id: it names the sender
      { messages: [id] },
      // @ts-expect-error an envelope
      { messages: [envelope] },
      // @ts-expect-error a body
      { traces: [envelope.body] },
      // @ts-expect-error an account
      { devices: [account] },
      // @ts-expect-error a key
      { device: identity.publicKey },
      // @ts-expect-error a signature
      { code: secrets.signature },
      // @ts-expect-error a token
      { method: token },
      // @ts-expect-error no field takes any text
      { note: 'anything' },
      // @ts-expect-error nor does one for the text of an error
      { message: new Error('no').message },
    ];
    expect(all).toHaveLength(10);
  });

  test.for(Object.entries(secrets))('is refused at run time in every field: %s', async ([, secret]) => {
    const { telemetry, during } = openTestTelemetry();
    const names = ['method', 'device', 'code', 'trace', 'request', 'what', 'function', 'envelopes', 'anything'];
    const notes = Object.fromEntries<unknown>([
      ...names.map((name) => [name, secret] as const),
      ...['messages', 'devices', 'traces'].map((name) => [name, [secret]] as const),
    ]);
    const [line] = await during(() => telemetry.note(notes));
    expect(JSON.stringify(line)).not.toContain(secret);
    expect(line?.['refused']).toEqual(expect.arrayContaining(['device', 'messages', 'unknown']));
  });

  test.for(Object.entries(secrets))('is refused as the value of a dimension: %s', async ([, secret]) => {
    const { telemetry, during } = openTestTelemetry();
    const lines = await during(() => void Reflect.apply(telemetry.tally, telemetry, ['Errors', secret]));
    expect(lines).toMatchObject([{ refused: ['Errors'] }]);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });

  test('is refused as the id of a request, where it does not look like one', async () => {
    for (const secret of Object.values(secrets)) expect(loggedRequest(secret)).toBeUndefined();
    const ids = ['c4ead4a6-0799-400c-a9be-0c4064fa4841', 'JKpmZHcLIAMFabc='];
    expect(ids.map(loggedRequest)).toEqual(ids);
  });
});

describe('what stands for it', () => {
  test('is a message’s id for its envelopes, each once', () => {
    expect(loggedMessages([id, message, envelopeIdOf(message, addressOf(account, 2))])).toEqual([message]);
  });

  test('is a hash for a device, another in every deployment', () => {
    expect(hashed(address, salt)).toMatch(/^[\w-]{16}$/);
    expect(hashed(address, salt)).toBe(hashed(address, salt));
    expect(hashed(address, `${salt}0`)).not.toBe(hashed(address, salt));
    expect(hashed(addressOf(account, 2), salt)).not.toBe(hashed(address, salt));
  });
});

const told = async (error: unknown) => {
  const { telemetry, during } = openTestTelemetry();
  return (await during(() => telemetry.failure('call', error)))[0]?.['error'];
};

describe('what is told of an error', () => {
  test.for(Object.entries(secrets))('is nothing of its message, or its name: %s', async ([, secret]) => {
    const error = new Error(`before\n    at ${secret} (file.js:1:2)\n${secret}`);
    error.name = secret;
    expect(JSON.stringify(await told(error))).not.toContain(secret);
    expect(JSON.stringify(await told(secret))).not.toContain(secret);
  });

  test('is where it was thrown', async () => {
    expect(JSON.stringify(await told(new RangeError('no')))).toContain('redaction.test.ts');
  });
});
