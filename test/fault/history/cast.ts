import { join } from 'node:path';
import { link, register } from '#client';
import { sqliteStore } from '#client/node';

/** A device of the play: its name, its account's, its address, and the file of its store. */
export type Role = { name: string; account: string; accountId: string; address: string; store: string };

const names = ['ada', 'ben', 'cleo', 'dan', 'eve', 'fay'];

const storeOf = (folder: string, device: string): string => join(folder, `${device}.sqlite`);

/** Registers accounts, of which every other one has a computer beside the phone; nothing goes wrong yet. */
export const gatherCast = async (endpoint: string, { folder, accounts }: { folder: string; accounts: number }) => {
  const casts = names.slice(0, accounts).map(async (account, i): Promise<Role[]> => {
    const [phoneName, computerName] = [`${account}-phone`, `${account}-computer`];
    using phoneStore = sqliteStore(storeOf(folder, phoneName));
    await using phone = await register({ endpoint, store: phoneStore });
    const role = (name: string, address: string): Role => ({
      name,
      account,
      accountId: phone.account,
      address,
      store: storeOf(folder, name),
    });
    const roles = [role(phoneName, phone.address)];
    if (i % 2 === 0) {
      using computerStore = sqliteStore(storeOf(folder, computerName));
      const linking = link({ endpoint, store: computerStore });
      const offer = await phone.scan(await linking.code());
      await offer.approve({ confirmed: offer.companion });
      await using computer = await linking.linked;
      roles.push(role(computerName, computer.address));
    }
    return roles;
  });
  return (await Promise.all(casts)).flat();
};
