import { addressOf, type DeviceList, limits } from '#protocol';
import { newAccount, newKeyPair } from '../../fixtures/accounts.ts';
import { messageOf, text, toAll } from '../../fixtures/mail.ts';
import { connectDevice, connectGuest, type Identity, succeed } from '../../fixtures/wire.ts';
import {
  cancellation,
  collection,
  deletion,
  linkCompanion,
  newMessageId,
  openPairing,
  recovery,
  registerAccount,
  registration,
} from '../../fixtures/world.ts';

export type Role = 'guest' | 'companion' | 'primary';

/** An account with a phone, a companion, keys, and pairings that are open, scanned and unknown. */
const settle = async (endpoint: string) => {
  const person = await registerAccount(endpoint);
  await using phone = await connectDevice(endpoint, person.phone);
  const { companion, list, pairing: approved } = await linkCompanion(endpoint, person, { phone, list: person.first });
  await using guest = await connectGuest(endpoint);
  const keys = [newKeyPair(), newKeyPair()] as const;
  const [opened, scanned] = await Promise.all(keys.map((key) => openPairing(guest, key)));
  await succeed(phone, 'pairing.scan', { pairing: scanned ?? '' });
  await succeed(phone, 'keys.publish', { lastResort: text('last resort'), oneTime: [text('one'), text('two')] });
  return { ...person, companion, list, keys, pairings: { approved, opened: opened ?? '', scanned: scanned ?? '' } };
};
type Person = Awaited<ReturnType<typeof settle>>;

/** Lists that could, or could not quite, follow the current one. */
const listsOf = ({ list, first, next, adding, removing, recovering, keys }: Person): DeviceList[] => [
  list,
  first,
  next(list, { issuedAt: list.issuedAt + 1 }),
  next(list, { version: list.version + 2 }),
  adding(list, keys[0].publicKey),
  adding(list, keys[1].publicKey),
  removing(list, 2),
  recovering(list, keys[0].publicKey),
];

const messagesTo = (person: Person, other: Person, except: number) => {
  const to = [toAll(other.list, other.account), toAll(person.list, person.account, except)];
  const message = messageOf(to);
  return [
    message,
    messageOf(to.slice(0, 1), 'late', Date.now() - limits.messageAge - 1),
    messageOf([toAll(other.first, other.account)]),
    { ...message, bodies: [Buffer.alloc(limits.body).toString('base64url')] },
  ];
};

const statements = (endpoint: string, person: Person): object[] => {
  const { pairings, keys, list } = person;
  return [
    registration(endpoint, newAccount()),
    registration(endpoint, person),
    recovery(endpoint, person, person.recovering(list, newKeyPair().publicKey)),
    deletion(endpoint, person),
    collection(endpoint, pairings.opened, keys[0]),
    collection(endpoint, pairings.scanned, keys[1]),
    cancellation(endpoint, pairings.opened, keys[0]),
    { pairing: pairings.scanned, deviceList: person.adding(list, keys[1].publicKey), sealed: text('sealed') },
  ];
};

/** Whatever a device of theirs could say that means something, from a number to all that a call takes. */
const wordsOf = (endpoint: string, person: Person, { other, as }: { other: Person; as: Identity }): unknown[] => {
  const accounts = [person.account, other.account, newAccount().account];
  const addresses = accounts.flatMap((account) => [addressOf(account, 1), addressOf(account, 2)]);
  const messages = messagesTo(person, other, as.device);
  return [
    ...accounts,
    ...addresses,
    ...Object.values(person.pairings),
    ...person.keys.map(({ publicKey }) => publicKey),
    ...listsOf(person),
    ...messages,
    ...messages.flatMap(({ to }) => to),
    ...messages.map(({ message }) => `${message}.${addressOf(as.account, as.device)}`),
    ...Array.from({ length: 8 }, () => newMessageId()),
    ...statements(endpoint, person),
    1,
    2,
    limits.batch,
    Date.now(),
    text('words'),
    text('x'.repeat(limits.keyBlob)),
    'A computer',
  ];
};

/** Makes people, each with what a device of theirs, or a guest at its side, finds to say; all know one other. */
export const meetPeople = async (endpoint: string) => {
  const other = await settle(endpoint);
  let last: Promise<unknown> = Promise.resolve();
  const meet = async (role: Role) => {
    const person = await settle(endpoint);
    const as = role === 'companion' ? person.companion : person.phone;
    return { identity: role === 'guest' ? undefined : as, words: wordsOf(endpoint, person, { other, as }) };
  };
  return {
    /** One after the other: at a cold start, each would wait for functions of its own. */
    meet: (role: Role): ReturnType<typeof meet> => {
      const met = last.then(() => meet(role));
      last = met.catch(() => undefined);
      return met;
    },
  };
};
export type People = Awaited<ReturnType<typeof meetPeople>>;
