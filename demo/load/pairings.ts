import { link, memoryStore } from '#client';
import { every, type Load } from './busy.ts';
import type { Person } from './person.ts';

/** A computer that shows its code, until it is disposed of, whatever has become of it by then. */
const show = async (endpoint: string) => {
  const linking = link({ endpoint, store: memoryStore(), label: 'a computer' });
  const gone = linking.linked.then(
    (computer) => computer.close(),
    () => undefined,
  );
  return {
    linking,
    code: await linking.code(),
    [Symbol.asyncDispose]: async () => {
      linking.cancel();
      await gone;
    },
  };
};

const linkAndUnlink = async ({ endpoint }: Load, owner: Person): Promise<void> => {
  await using computer = await show(endpoint);
  const offer = await owner.phone().scan(computer.code);
  await offer.approve({ confirmed: offer.companion, confirmRemote: true });
  const { device } = await computer.linking.linked;
  await owner.phone().unlink(device);
};

const deny = async ({ endpoint }: Load, owner: Person): Promise<void> => {
  await using computer = await show(endpoint);
  const offer = await owner.phone().scan(computer.code);
  await offer.deny();
};

const cancel = async ({ endpoint }: Load): Promise<void> => {
  await using _computer = await show(endpoint);
};

/** Who has scanned has three minutes to decide. */
const hesitate = async ({ endpoint, over }: Load, owner: Person): Promise<void> => {
  await using computer = await show(endpoint);
  await owner.phone().scan(computer.code);
  await Promise.race([computer.linking.linked.catch(() => undefined), over]);
};

/** Computers that come to be linked, and what becomes of that. */
export const pairComputers = async (load: Load, owner: Person): Promise<void> => {
  const outcomes = [linkAndUnlink, linkAndUnlink, deny, linkAndUnlink, cancel];
  let next = 0;
  await Promise.all([
    every(2500, load, async () => {
      const act = outcomes[next % outcomes.length] ?? linkAndUnlink;
      next += 1;
      await act(load, owner);
      load.count('pairings');
    }),
    ...Array.from({ length: 3 }, () => every(10_000, load, () => hesitate(load, owner))),
  ]);
};
