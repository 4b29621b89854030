import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Request } from '../../../functions/deployment/custom-resource.ts';
import type { Secrets } from '../../../functions/deployment/secrets.ts';
import { ensureVapidKey } from '../../../functions/deployment/vapid-key.ts';

const Jwk = z.object({ x: z.string(), y: z.string(), d: z.string() });

const newKey = () =>
  JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));

/** Whether that is the uncompressed point of the key in a secret. */
const isOf = (publicKey: string | undefined, secret = '{}'): boolean => {
  const { x, y } = Jwk.parse(JSON.parse(secret));
  const point = Buffer.from(publicKey ?? '', 'base64url');
  return point.equals(Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]));
};

const request = (RequestType: Request['RequestType']): Request => ({
  RequestType,
  ResponseURL: 'https://cloudformation.example/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Key',
  ResourceProperties: { ServiceToken: 'arn', SecretName: 'Tandem-dev/vapid-key' },
});

/** Secrets in memory. `faster` is created by somebody else just before the first create. */
const secretsWith = ({ stored, faster }: { stored?: string; faster?: string } = {}) => {
  const state = { stored, created: 0, made: 0 };
  const secrets: Secrets = {
    read: async () => state.stored,
    create: async (_, value) => {
      state.created += 1;
      state.stored ??= faster ?? value;
      return state.stored;
    },
  };
  const generate = () => {
    state.made += 1;
    return newKey();
  };
  return { state, ensure: ensureVapidKey({ secrets, generate }) };
};

describe('the key for Web Push', () => {
  test('is made where there is none', async () => {
    const { state, ensure } = secretsWith();
    const { id, data } = await ensure(request('Create'));
    expect(id).toBe('Tandem-dev/vapid-key');
    expect(isOf(data?.['PublicKey'], state.stored)).toBe(true);
    expect(JSON.stringify(data)).not.toContain(Jwk.parse(JSON.parse(state.stored ?? '{}')).d);
  });

  test.for(['Create', 'Update'] as const)('is left alone on %s where there is one', async (type) => {
    const stored = newKey();
    const { state, ensure } = secretsWith({ stored });
    const { data } = await ensure(request(type));
    expect(isOf(data?.['PublicKey'], stored)).toBe(true);
    expect(state).toEqual({ stored, created: 0, made: 0 });
  });

  test('is kept when the stack goes', async () => {
    const stored = newKey();
    const { state, ensure } = secretsWith({ stored });
    expect(await ensure(request('Delete'))).toEqual({ id: 'Tandem-dev/vapid-key' });
    expect(state).toEqual({ stored, created: 0, made: 0 });
  });

  test('is the one that somebody else has made meanwhile', async () => {
    const faster = newKey();
    const { ensure } = secretsWith({ faster });
    expect(isOf((await ensure(request('Create'))).data?.['PublicKey'], faster)).toBe(true);
  });

  test.for(['', 'c2VjcmV0', '{"kty":"EC","d":"c2VjcmV0"}'])(
    'is not replaced where something else is stored, of which nothing is told: %j',
    async (stored) => {
      const { state, ensure } = secretsWith({ stored });
      await expect(ensure(request('Update'))).rejects.toThrow(
        /^The secret Tandem-dev\/vapid-key holds no private key on P-256 as a JWK: restore it, or delete it for a new one\.$/,
      );
      expect(state.created).toBe(0);
    },
  );
});
