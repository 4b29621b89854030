import { addressOf } from '#protocol';
import { type Account, writeAccount } from '../../../client/account.ts';
import { SigningKey } from '../../../client/keys.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { type KeyPair, newAccount, newKeyPair } from '../../fixtures/accounts.ts';

export const jwkOf = ({ privateKey }: KeyPair): SigningKey => SigningKey.parse(privateKey.export({ format: 'jwk' }));

/** Somebody with a phone and a computer, the lists that say so, and what each of the two keeps. */
export const somebody = (at?: number) => {
  const person = newAccount(at);
  const computer = newKeyPair();
  const both = person.adding(person.first, computer.publicKey);

  const accountOn = (device: 1 | 2, endpoint: string): Account => ({
    endpoint,
    account: person.account,
    device,
    deviceKey: jwkOf(device === 1 ? person.phone : computer),
    ...(device === 1 && { identityKey: jwkOf(person.identity) }),
    registered: true,
  });
  const storeOf = async (device: 1 | 2, endpoint: string) => {
    const store = memoryStore();
    await writeAccount(store, accountOn(device, endpoint), both);
    return store;
  };
  return {
    ...person,
    computer,
    both,
    accountOn,
    storeOf,
    addressOn: (device: 1 | 2) => addressOf(person.account, device),
  };
};
export type Person = ReturnType<typeof somebody>;
