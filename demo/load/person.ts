import { type AccountId, memoryStore, register, resume, type Session } from '#client';

const text = new TextEncoder();

/** Somebody with a phone, which can be off. */
export type Person = Awaited<ReturnType<typeof newPerson>>;

/** Somebody new, whose phone is on. `onMessage`: takes over what the phone gets, one message after the other. */
export const newPerson = async (endpoint: string, onMessage: () => Promise<void> | void = () => undefined) => {
  const store = memoryStore();
  const use = (session: Session): Session => {
    session.receive(onMessage);
    // What the load is for goes wrong now and then.
    session.on('error', () => undefined);
    return session;
  };
  let phone = use(await register({ endpoint, store }));
  const { account } = phone;
  return {
    account,
    phone: () => phone,
    write: async (to: AccountId): Promise<void> => {
      await phone.send({ to, body: text.encode('a message of some words, as people write them') });
    },
    switchOff: () => phone.close(),
    switchOn: async () => {
      const kept = await resume({ store, endpoint });
      if (kept === undefined) throw new Error('The phone has no account yet.');
      phone = use(kept);
    },
    [Symbol.asyncDispose]: () => phone.close(),
  };
};
