import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newAccount, newKeyPair } from '../fixtures/accounts.ts';
import { startApp } from '../fixtures/stage.ts';
import { issuer, signTicket, ticketClaims, unsignedTicket } from '../fixtures/tickets.ts';
import { codeOf, connectDevice, connectGuest, succeed, type Wire } from '../fixtures/wire.ts';
import { deletion, recovery, registration, startTestCloud } from '../fixtures/world.ts';

const name = 'shop/tickets';
const secret = 'a secret of forty characters and a few..';

/** A deployment that admits who has a ticket, and what its owner gave to Secrets Manager. */
const startTicketed = async (app: string, given: string | undefined) => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtempDisposable(join(tmpdir(), 'tandem-secrets-'));
  stack.defer(() => folder.remove());
  const secrets = join(folder.path, 'secrets.json');
  await writeFile(secrets, JSON.stringify(given === undefined ? {} : { [name]: given }));
  const lines: string[] = [];
  const cloud = stack.use(await startTestCloud({ app, secrets, log: ({ line }) => lines.push(line) }));
  const running = stack.move();
  return { endpoint: cloud.endpoint, lines, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

const prepare = async () => {
  await using stack = new AsyncDisposableStack();
  const { app } = stack.use(
    await startApp({ 'tandem.admission': 'ticket', 'tandem.ticketIssuer': issuer, 'tandem.ticketSecret': name }),
  );
  app.synth();
  const { endpoint, lines } = stack.use(await startTicketed(app.outdir, secret));
  const running = stack.move();
  return { app: app.outdir, endpoint, lines, stop: () => running.disposeAsync() };
};

let world: Awaited<ReturnType<typeof prepare>>;
let endpoint: string;
beforeAll(async () => {
  world = await prepare();
  ({ endpoint } = world);
});
afterAll(async () => {
  await world.stop();
});

const claims = () => ticketClaims(new URL(endpoint).host);
const sign = async (changes: Record<string, unknown> = {}, header = {}) =>
  signTicket({ ...claims(), ...changes }, Buffer.from(secret), header);

/** What becomes of a newcomer with that ticket. */
const register = async (wire: Wire, admission: string | undefined, account = newAccount()) =>
  wire.call('account.register', { ...registration(endpoint, account), ...(admission !== undefined && { admission }) });

const expectRefused = async (admission: string | undefined, reason: string) => {
  await using guest = await connectGuest(endpoint);
  const account = newAccount();
  const { error } = await register(guest, admission, account);
  expect(error?.data).toEqual({ code: 'admission_refused', retryable: false, details: { reason } });
  const phone = { account: account.account, device: 1, key: account.phone };
  await expect(connectDevice(endpoint, phone)).rejects.toThrow('refused with 403');
};

test('who has a ticket registers, and needs none ever after', async () => {
  await using guest = await connectGuest(endpoint);
  const account = newAccount();
  expect((await register(guest, await sign(), account)).result).toEqual({ account: account.account, device: 1 });
  await using phone = await connectDevice(endpoint, { account: account.account, device: 1, key: account.phone });
  await succeed(phone, 'relay.sync', {});
  const recovered = recovery(endpoint, account, account.recovering(account.first, newKeyPair().publicKey));
  expect(await succeed(guest, 'account.recover', recovered)).toEqual({ device: 2 });
});

test('who has none is told that it is missing, and brings no list of an account that there is not', async () => {
  await expectRefused(undefined, 'missing');
  await using guest = await connectGuest(endpoint);
  expect(await codeOf(guest, 'account.restore', { deviceList: newAccount().first })).toBe('admission_refused');
});

describe('a ticket is refused', () => {
  test('that has expired', async () => {
    await expectRefused(await sign({ exp: Math.floor(Date.now() / 1000) - 1 }), 'expired');
  });

  test.each([
    ['that is not valid yet', () => ({ nbf: Math.floor(Date.now() / 1000) + 600 })],
    ['of another issuer', () => ({ iss: 'https://evil.example.org' })],
    ['of no issuer', () => ({ iss: undefined })],
    ['for another host', () => ({ aud: 'relay.example.org' })],
    ['for no host', () => ({ aud: undefined })],
    ['that never expires', () => ({ exp: undefined })],
    ['that expires at a text', () => ({ exp: 'tomorrow' })],
    ['without an id', () => ({ jti: undefined })],
    ['whose id is empty', () => ({ jti: '' })],
    ['whose id is a number', () => ({ jti: 7 })],
  ])('%s', async (_, changes) => {
    await expectRefused(await sign(changes()), 'invalid');
  });

  test.each([
    ['another kind of JWT', { typ: 'JWT' }],
    ['a connect token', { typ: 'tandem.connect+jwt' }],
    ['a JWT of no kind', { typ: undefined }],
  ])('that is %s', async (_, header) => {
    await expectRefused(await sign({}, header), 'invalid');
  });

  test('signed with another secret', async () => {
    await expectRefused(await signTicket(claims(), Buffer.alloc(40)), 'invalid');
  });

  test('signed with another HMAC than HS256', async () => {
    await expectRefused(await signTicket(claims(), Buffer.from(secret.repeat(2)), { alg: 'HS512' }), 'invalid');
  });

  test('signed with a key pair, whatever it says of its key', async () => {
    const { privateKey } = await generateKeyPair('EdDSA');
    await expectRefused(await signTicket(claims(), privateKey, { alg: 'EdDSA' }), 'invalid');
  });

  test('that says it needs no signature', async () => {
    await expectRefused(unsignedTicket(claims()), 'invalid');
  });

  test.each(['', 'ticket', 'a.b.c', 'e30.e30.'])('that is no JWT: "%s"', async (ticket) => {
    await expectRefused(ticket, 'invalid');
  });

  test('by its size, before anything is checked', async () => {
    await using guest = await connectGuest(endpoint);
    expect((await register(guest, 'a'.repeat(4097))).error?.data.code).toBe('invalid_params');
  });
});

describe('a ticket works once', () => {
  test('for another account it is used', async () => {
    await using guest = await connectGuest(endpoint);
    const ticket = await sign();
    expect((await register(guest, ticket)).error).toBeUndefined();
    await expectRefused(ticket, 'used');
  });

  test('another ticket with the same id is the same ticket', async () => {
    await using guest = await connectGuest(endpoint);
    const { jti } = claims();
    expect((await register(guest, await sign({ jti }))).error).toBeUndefined();
    await expectRefused(await sign({ jti, sub: 'somebody else' }), 'used');
  });

  test('for the same account it may be shown again, as after a lost answer', async () => {
    await using guest = await connectGuest(endpoint);
    const account = newAccount();
    const ticket = await sign();
    const first = await register(guest, ticket, account);
    expect(await register(guest, ticket, account)).toEqual(first);
    expect(first.error).toBeUndefined();
  });

  test('which a registration that was made does not need any more: it may have expired, or be used by another', async () => {
    await using guest = await connectGuest(endpoint);
    const account = newAccount();
    const first = await register(guest, await sign(), account);
    expect(first.error).toBeUndefined();
    const used = await sign();
    expect((await register(guest, used)).error).toBeUndefined();
    for (const ticket of [await sign({ exp: Math.floor(Date.now() / 1000) - 1 }), used, undefined]) {
      expect(await register(guest, ticket, account)).toEqual(first);
    }
  });

  test('and with a bad one an account is told, as with a good one, that it began with another list, or is gone', async () => {
    await using guest = await connectGuest(endpoint);
    const account = newAccount();
    expect((await register(guest, await sign(), account)).error).toBeUndefined();
    const expired = await sign({ exp: Math.floor(Date.now() / 1000) - 1 });
    const { primary, previous } = account.first;
    const other = { ...account, first: account.next(account.first, { version: 1, previous, primary, issuedAt: 1 }) };
    expect((await register(guest, expired, other)).error?.data.code).toBe('account_exists');

    await using phone = await connectDevice(endpoint, { account: account.account, device: 1, key: account.phone });
    await succeed(phone, 'account.delete', deletion(endpoint, account));
    expect((await register(guest, expired, account)).error?.data.code).toBe('account_gone');
  });

  test('and a registration that is repeated uses up no second one', async () => {
    await using guest = await connectGuest(endpoint);
    const account = newAccount();
    const spare = await sign();
    await register(guest, await sign(), account);
    expect((await register(guest, spare, account)).error).toBeUndefined();
    expect((await register(guest, spare)).error).toBeUndefined();
  });

  test('of two newcomers who show it at once, one is admitted', async () => {
    const ticket = await sign();
    const answers = await Promise.all(
      [1, 2, 3].map(async () => {
        await using guest = await connectGuest(endpoint);
        return await register(guest, ticket);
      }),
    );
    const reasons = answers.map(({ error }) => error?.data.details ?? 'admitted');
    expect(reasons.filter((reason) => reason === 'admitted')).toHaveLength(1);
    expect(reasons.filter((reason) => reason !== 'admitted')).toEqual([{ reason: 'used' }, { reason: 'used' }]);
  });

  test('and is not used up by a registration that is wrong', async () => {
    await using guest = await connectGuest(endpoint);
    const ticket = await sign();
    const wrong = { ...registration(endpoint, newAccount()), at: Date.now() + 1, admission: ticket };
    expect(await codeOf(guest, 'account.register', wrong)).toBe('signature_invalid');
    expect((await register(guest, ticket)).error).toBeUndefined();
  });
});

test.each([
  ['too short', 'thirty-one characters are a few'],
  ['not there', undefined],
])('with a secret that is %s nobody is admitted, nobody is blamed, and the operator finds why', async (_, given) => {
  await using closed = await startTicketed(world.app, given);
  await using guest = await connectGuest(closed.endpoint);
  const ticket = await signTicket(ticketClaims(new URL(closed.endpoint).host), Buffer.from(given ?? secret));
  const params = { ...registration(closed.endpoint, newAccount()), admission: ticket };
  const { error } = await guest.call('account.register', params);
  expect(error?.data).toEqual({ code: 'unavailable', retryable: true });
  const line = closed.lines.find((one) => one.includes('"what":"admission"'));
  expect(line).toContain('"level":"error"');
  expect(closed.lines.join()).not.toContain(given ?? ticket);
});

test('no ticket and no secret is ever written to a log', async () => {
  await using guest = await connectGuest(endpoint);
  const tickets = [await sign(), await sign({ exp: 1 }), unsignedTicket(claims())];
  for (const ticket of tickets) await register(guest, ticket);
  for (const one of [secret, ...tickets]) expect(world.lines.join()).not.toContain(one);
});
