import * as z from 'zod/mini';
import { parseVapidKey, publicVapidKey } from '../shared/vapid-key.ts';
import type { Applied, Request } from './custom-resource.ts';
import type { Secrets } from './secrets.ts';

/** `generate` gives a new private key on P-256 as the JSON of a JWK. */
type Surroundings = { secrets: Secrets; generate: () => string };

const Properties = z.object({ SecretName: z.string().check(z.minLength(1)) });

/**
 * Sees to it that there is a key under that name: makes one only where there is none, and never removes one, because
 * every browser's subscription is bound to the key that it was made with. Gives the public key.
 */
export const ensureVapidKey =
  ({ secrets, generate }: Surroundings) =>
  async ({ RequestType, ResourceProperties }: Request): Promise<Applied> => {
    const { SecretName: name } = Properties.parse(ResourceProperties);
    if (RequestType === 'Delete') return { id: name };
    const stored = (await secrets.read(name)) ?? (await secrets.create(name, generate()));
    return { id: name, data: { PublicKey: publicVapidKey(parseVapidKey(name, stored)) } };
  };
