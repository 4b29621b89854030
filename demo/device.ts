/** One device in a process of its own: it does what it is told, and tells what it gets. */
import { argv } from 'node:process';
import * as z from 'zod/mini';
import { type IncomingMessage, link, type Offer, register, resume, type Session } from '#client';
import { sqliteStore } from '#client/node';
import { drawCode, readPicture } from './qr-picture.ts';

const [endpoint, file] = z.tuple([z.string(), z.string()]).parse(argv.slice(2));
const store = sqliteStore(file);

let session: Session | undefined;
let offer: Offer | undefined;

const tell = (event: string, detail: unknown) => process.send?.({ event, detail });

/** From here on the application has the message: it tells the audience. */
const take = ({ body }: IncomingMessage): void => {
  tell('message', new TextDecoder().decode(body));
};

const begin = (opened: Session) => {
  session = opened;
  opened.receive(take);
  opened.on('unlinked', () => tell('unlinked', {}));
  opened.on('error', (error) => tell('failure', String(error)));
  return { account: opened.account, device: opened.device };
};

const linked = () => {
  if (session === undefined) throw new Error('this device is not linked yet');
  return session;
};

const commands: Readonly<Record<string, (argument: unknown) => unknown>> = {
  register: async () => begin(await register({ endpoint, store })),

  resume: async () => {
    const kept = await resume({ store });
    if (kept === undefined) throw new Error('there is no linked device in this store');
    return begin(kept);
  },

  /** Shows its code in the terminal. Whether it gets linked, it tells later. */
  showCode: async (label) => {
    const linking = link({ endpoint, store, label: z.string().parse(label) });
    linking.on('scanned', () => tell('scanned', {}));
    linking.linked.then(
      (opened) => tell('linked', begin(opened)),
      (error: unknown) => tell('failure', String(error)),
    );
    return drawCode(await linking.code());
  },

  scan: async (picture) => {
    offer = await linked().scan(readPicture(z.string().parse(picture)));
    return offer.companion;
  },

  approve: async () => {
    if (offer === undefined) throw new Error('nothing was scanned');
    await offer.approve({ confirmed: offer.companion });
  },

  send: async (argument) => {
    const { to, texts } = z.object({ to: z.string(), texts: z.array(z.string()) }).parse(argument);
    const sent = texts.map((text) => linked().send({ to, body: new TextEncoder().encode(text) }));
    return (await Promise.all(sent)).length;
  },

  unlink: async (device) => linked().unlink(z.int().parse(device)),

  /** What the application was told before is in the store once this is answered. */
  rest: () => undefined,

  close: async () => {
    await session?.close();
    store.close();
  },
};

const Command = z.object({ id: z.int(), command: z.string(), argument: z.optional(z.unknown()) });

process.on('message', (message) => {
  const { id, command, argument } = Command.parse(message);
  const run = async () => {
    try {
      process.send?.({ id, result: await commands[command]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  };
  void run();
});
