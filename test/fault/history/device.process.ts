/** One device's application, in a process of its own, to be killed: it writes, and says what happens to it. */
import { hash } from 'node:crypto';
import { ClientError, resume, type Session } from '#client';
import { sqliteStore } from '#client/node';
import { runningClock } from '../../../local/movable-clock.ts';
import { drawFor } from '../draw.ts';
import { DeviceOptions, DeviceOrder } from './device-orders.ts';
import type { Fact } from './judge/fact.ts';
import { openWriter } from './writer.ts';

/** A fact, without where and when. */
type Saying<F extends Fact = Fact> = F extends Fact ? Omit<F, 'at' | 'device'> : never;

const options = DeviceOptions.parse(JSON.parse(process.argv[2] ?? ''));
const { name, accounts, devices } = options;

/** The system has it when this returns: a pipe is written to at once, and outlives its writer. */
const say = (saying: Saying): void => {
  const fact = { at: Date.now(), device: name, ...saying };
  process.stdout.write(`${JSON.stringify(fact)}\n`);
};
const digestOf = (text: string): string => hash('sha256', text).slice(0, 12);

const time = runningClock();
let date = 0;
const clock = { now: () => time.now() + date, after: time.after };

say({ kind: 'starts' });
const store = sqliteStore(options.store);
const resumed = await resume({ store, platform: { clock, random: () => Math.random() } });
if (resumed === undefined) throw new Error(`The store of ${name} holds no linked device.`);
const session: Session = resumed;

session.receive(({ sender, body }) => {
  const text = new TextDecoder().decode(body);
  const [id = ''] = text.split(' ');
  const address = `${sender.account}.${sender.device}`;
  say({ kind: 'delivered', id, digest: digestOf(text), from: devices[address] ?? address });
});
session.on('gap', (gap) => say({ kind: 'hears', event: 'gap', detail: JSON.stringify(gap) }));
session.on('error', (error) => say({ kind: 'hears', event: 'error', detail: String(error) }));
session.on('list_conflict', (detail) => say({ kind: 'hears', event: 'list_conflict', detail }));
for (const event of ['replaced', 'unlinked', 'upgrade_required'] as const) {
  session.on(event, () => say({ kind: 'hears', event, detail: '' }));
}

const others = Object.keys(accounts).filter((account) => account !== session.account);
const writer = openWriter({
  name,
  written: options.written,
  recipients: others,
  draw: drawFor(options.seed, name, options.written),
  send: async ({ id, text, to, urgent }) => {
    const names = to.map((account) => accounts[account] ?? account);
    say({ kind: 'sends', id, digest: digestOf(text), to: names });
    try {
      await session.send({ to, body: new TextEncoder().encode(text), urgent });
      say({ kind: 'accepted', id });
    } catch (error) {
      // What is not accepted by the end goes out in the next run.
      if (!(error instanceof ClientError && error.code === 'closed')) say({ kind: 'refused', id, why: String(error) });
    }
  },
});

const close = async (): Promise<void> => {
  writer.stop();
  await session.close();
  say({ kind: 'closes' });
  store.close();
  process.exit();
};
process.on('message', (told) => {
  const order = DeviceOrder.parse(told);
  switch (order.kind) {
    case 'set date':
      date = order.to;
      break;
    case 'pass':
      void time.advance(order.by);
      break;
    case 'write':
      writer.start();
      break;
    case 'be silent':
      writer.stop();
      break;
    case 'close':
      void close();
  }
});
process.on('disconnect', () => process.exit());
