import { type KeyPair, newKeyPair } from '../../fixtures/accounts.ts';
import type { Actor } from './actor.ts';
import { guestActor, type Place } from './scene.ts';

/** Somebody who has seen every code and every public key, and has no private key but its own. */
export type Stranger = { key: KeyPair; guest: Actor };

export const createStranger = (place: Place): Stranger => ({
  key: newKeyPair(),
  guest: guestActor(place, 'a stranger', '127.0.0.9'),
});
