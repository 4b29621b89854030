import { once } from 'node:events';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAdmission } from '../../../functions/pairing/admission.ts';
import { issuer, signTicket, ticketClaims, unsignedTicket } from '../../fixtures/tickets.ts';

const host = 'chat.example.org';

/** The place where the deployer's backend publishes its keys. */
const startIssuer = async () => {
  const published: JWK[] = [];
  let asked = 0;
  let status = 200;
  let body: string | undefined;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body ?? JSON.stringify({ keys: published }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const close = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${address.port}/keys.json`,
    asked: () => asked,
    /** Answers otherwise from now on. */
    answer: (otherwise: { status?: number; body?: string }) => {
      status = otherwise.status ?? 200;
      ({ body } = otherwise);
    },
    /** Makes a key pair, publishes the public half, and gives both. */
    publish: async (kid: string, alg = 'ES256') => {
      const pair = await generateKeyPair(alg, { extractable: true });
      published.push({ ...(await exportJWK(pair.publicKey)), kid, alg });
      return pair;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};
type Issuer = Awaited<ReturnType<typeof startIssuer>>;

const admitBy = ({ url }: Pick<Issuer, 'url'>) => {
  const failures: string[] = [];
  const telemetry = { failure: (what: string) => void failures.push(what) };
  const admit = createAdmission({ kind: 'jwks', issuer, url }, { host, telemetry });
  return { admit: (ticket: string | undefined) => admit(ticket, Date.now()), failures };
};

const ticketBy = async (key: CryptoKey, header: object, changes: object = {}) =>
  signTicket({ ...ticketClaims(host), ...changes }, key, header);
const refusal = (reason: string) => ({ code: 'admission_refused', details: { reason } });

afterEach(() => {
  vi.useRealTimers();
});

describe('a ticket that is checked with the keys of a JWKS', () => {
  test.each(['EdDSA', 'ES256', 'ES384', 'PS256', 'RS256'])(
    'is good when a published %s key has signed it',
    async (alg) => {
      await using backend = await startIssuer();
      const { privateKey } = await backend.publish('a', alg);
      const { admit } = admitBy(backend);
      const claims = ticketClaims(host);
      const used = await admit(await signTicket(claims, privateKey, { alg, kid: 'a' }));
      expect(used).toEqual({ id: expect.stringMatching(/^[\w-]{43}$/), expires: claims.exp * 1000 });
      expect(await admit(await signTicket(claims, privateKey, { alg, kid: 'a' }))).toEqual(used);
      expect((await admit(await ticketBy(privateKey, { alg, kid: 'a' })))?.id).not.toBe(used?.id);
      expect(backend.asked()).toBe(1);
    },
  );

  test.each([
    ['of another issuer', { iss: 'https://evil.example.org' }, 'invalid'],
    ['for another host', { aud: 'relay.example.org' }, 'invalid'],
    ['that has expired', { exp: 1 }, 'expired'],
    ['without an end', { exp: undefined }, 'invalid'],
    ['without an id', { jti: undefined }, 'invalid'],
  ])('is refused %s', async (_, changes, reason) => {
    await using backend = await startIssuer();
    const { privateKey } = await backend.publish('a');
    const { admit, failures } = admitBy(backend);
    await expect(admit(await ticketBy(privateKey, { alg: 'ES256', kid: 'a' }, changes))).rejects.toMatchObject(
      refusal(reason),
    );
    expect(failures).toEqual([]);
  });

  test('is refused when it is missing, before anybody is asked', async () => {
    await using backend = await startIssuer();
    await expect(admitBy(backend).admit(undefined)).rejects.toMatchObject(refusal('missing'));
    expect(backend.asked()).toBe(0);
  });

  test('is refused when it says that it needs no signature', async () => {
    await using backend = await startIssuer();
    await backend.publish('a');
    await expect(admitBy(backend).admit(unsignedTicket(ticketClaims(host)))).rejects.toMatchObject(refusal('invalid'));
  });

  test('is refused when a published key was taken for the secret of an HMAC', async () => {
    await using backend = await startIssuer();
    const { publicKey } = await backend.publish('a');
    const { admit } = admitBy(backend);
    const { x = '' } = await exportJWK(publicKey);
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(await exportJWK(publicKey)), x]) {
      const ticket = await signTicket(ticketClaims(host), Buffer.from(secret), { alg: 'HS256', kid: 'a' });
      await expect(admit(ticket)).rejects.toMatchObject(refusal('invalid'));
    }
  });

  test('is refused when its header brings the key that has signed it', async () => {
    await using backend = await startIssuer();
    await backend.publish('a');
    const { admit } = admitBy(backend);
    const own = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(own.publicKey);
    for (const header of [{ jwk }, { jwk, kid: 'a' }, { jku: backend.url, kid: 'a' }, { kid: 'a' }]) {
      const ticket = await ticketBy(own.privateKey, { alg: 'ES256', ...header });
      await expect(admit(ticket)).rejects.toMatchObject(refusal('invalid'));
    }
  });

  test('by a key published since is good after one more look, and an unknown key is looked for no oftener', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await using backend = await startIssuer();
    const first = await backend.publish('a');
    const { admit } = admitBy(backend);
    await admit(await ticketBy(first.privateKey, { alg: 'ES256', kid: 'a' }));

    vi.setSystemTime(Date.now() + 60_000);
    const second = await backend.publish('b');
    await admit(await ticketBy(second.privateKey, { alg: 'ES256', kid: 'b' }));
    expect(backend.asked()).toBe(2);

    const unknown = await generateKeyPair('ES256');
    for (const _ of [1, 2, 3]) {
      const ticket = await ticketBy(unknown.privateKey, { alg: 'ES256', kid: 'c' });
      await expect(admit(ticket)).rejects.toMatchObject(refusal('invalid'));
    }
    expect(backend.asked()).toBe(2);
  });
});

const expectUnavailable = async (backend: Issuer, failing: () => unknown) => {
  const { privateKey } = await backend.publish('a');
  await failing();
  const { admit, failures } = admitBy(backend);
  const ticket = await ticketBy(privateKey, { alg: 'ES256', kid: 'a' });
  await expect(admit(ticket)).rejects.toMatchObject({ code: 'unavailable' });
  expect(failures).toEqual(['admission']);
  return { admit, ticket };
};

describe('when the keys cannot be had, nobody is blamed and the operator is told:', () => {
  test('nobody answers', async () => {
    await using backend = await startIssuer();
    await expectUnavailable(backend, backend.close);
  });

  test.each([
    ['an error is answered', { status: 503 }],
    ['what is answered is no JSON', { body: '<html>' }],
    ['what is answered is no JWKS', { body: '{"keys":"none"}' }],
  ])('%s; and when they are back, the same ticket is good', async (_, otherwise) => {
    await using backend = await startIssuer();
    const { admit, ticket } = await expectUnavailable(backend, () => backend.answer(otherwise));
    backend.answer({});
    expect(await admit(ticket)).toHaveProperty('id');
  });
});

test('where anybody is admitted, no ticket is asked for or used', async () => {
  const admit = createAdmission({ kind: 'open' }, { host, telemetry: { failure: () => undefined } });
  expect(await admit(undefined, Date.now())).toBeUndefined();
  expect(await admit('anything', Date.now())).toBeUndefined();
});
