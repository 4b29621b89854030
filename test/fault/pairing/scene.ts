import { subprotocol } from '#protocol';
import { connectDevice, connectGuest, type Identity, openSocket } from '../../fixtures/wire.ts';
import { type Actor, createActor } from './actor.ts';
import type { Computer } from './computer.ts';
import type { Journal } from './journal.ts';
import type { Party } from './party.ts';
import type { Stranger } from './stranger.ts';

/** Where a history is played: a cloud, and its time. */
export type Place = {
  endpoint: string;
  /** What statements and tokens are made out to. */
  host: string;
  now: () => number;
  /** Moves the cloud's time on, by milliseconds. */
  advance: (milliseconds: number) => Promise<void>;
  journal: Journal;
};

export type Scene = Place & {
  /** The one that the history is about, and its rival. */
  parties: readonly [Party, Party];
  computers: readonly Computer[];
  stranger: Stranger;
};

export const guestActor = ({ endpoint, now, journal }: Place, name: string, address: string): Actor =>
  createActor({ name, now, journal, dial: () => connectGuest(endpoint, address) });

export const deviceActor = ({ endpoint, now, journal }: Place, name: string, identity: Identity): Actor =>
  createActor({
    name,
    as: `${identity.account}.${identity.device}`,
    now,
    journal,
    dial: () => connectDevice(endpoint, identity, now()),
  });

/** Who brings a token that is no good. */
export const bearer = ({ endpoint, now, journal }: Place, name: string, token: string): Actor =>
  createActor({ name, now, journal, dial: () => openSocket(endpoint, [subprotocol, token]) });
