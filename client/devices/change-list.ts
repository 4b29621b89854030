import type { AccountId, DeviceList } from '#protocol';
import { conflictingList } from './conflicting-list.ts';
import type { Primary } from './primary.ts';

type Author = Pick<Primary, 'lists' | 'inTurn'> & { account: { account: AccountId } };

type Change = {
  /** The list that should follow the current one; undefined when nothing is left to change. */
  make: (current: DeviceList) => Promise<DeviceList> | undefined;
  submit: (next: DeviceList) => Promise<unknown>;
};

/** Makes the next list of the own account. When another came first, it is checked and built upon, once. */
export const changeList = (
  { account: { account }, lists, inTurn }: Author,
  { make, submit }: Change,
): Promise<void> => {
  const attempt = async () => {
    const next = await make(await lists.of(account));
    if (next === undefined) return;
    await submit(next);
    await lists.accept(account, next);
  };

  return inTurn(async () => {
    try {
      await attempt();
    } catch (error) {
      const conflicting = conflictingList(error);
      await (conflicting === undefined ? lists.refresh(account) : lists.reconcile(account, conflicting));
      await attempt();
    }
  });
};
