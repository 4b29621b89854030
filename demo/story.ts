import * as z from 'zod/mini';
import { DeviceProcess } from './device-process.ts';

/**
 * What the story came to. `sent` counts a message once for every device that should get it, `delivered` once for every
 * device whose application got it; `lost` is the difference, `duplicates` what came more than once.
 */
export type Outcome = {
  linked: boolean;
  sent: number;
  delivered: number;
  duplicates: number;
  lost: number;
  unlinked: boolean;
};

const Identity = z.object({ account: z.string(), device: z.int() });
const Companion = z.object({ label: z.optional(z.string()), address: z.string(), sameNetwork: z.boolean() });

const numbered = (count: number, text: string) => Array.from({ length: count }, (_, i) => `${text} ${i + 1}`);

/** Each device's due messages against what its application got. */
const account = (due: ReadonlyMap<DeviceProcess, readonly string[]>) => {
  const counts = [...due].map(([device, texts]) => {
    const got = new Set(device.received);
    const delivered = texts.filter((text) => got.has(text)).length;
    return { sent: texts.length, delivered, duplicates: device.received.length - got.size };
  });
  const sum = (key: 'sent' | 'delivered' | 'duplicates') => counts.reduce((total, count) => total + count[key], 0);
  const [sent, delivered, duplicates] = [sum('sent'), sum('delivered'), sum('duplicates')];
  return { sent, delivered, duplicates, lost: sent - delivered };
};

/** Ada links her computer to her phone, and she and Ben write to each other. Four processes, real sockets. */
export const tellStory = async (
  place: { endpoint: string; folder: string },
  say: (line: string) => void,
): Promise<Outcome> => {
  await using phone = new DeviceProcess('Ada’s phone', place);
  await using computer = new DeviceProcess('Ada’s computer', place);
  await using ben = new DeviceProcess('Ben’s phone', place);
  const due = new Map<DeviceProcess, string[]>([phone, computer, ben].map((device) => [device, []]));
  const send = async (from: DeviceProcess, to: { account: string; devices: DeviceProcess[]; texts: string[] }) => {
    for (const device of to.devices) due.get(device)?.push(...to.texts);
    await from.do('send', { to: to.account, texts: to.texts });
  };
  const settle = async (...devices: DeviceProcess[]) => {
    await Promise.all(devices.map((device) => device.receives(due.get(device)?.length ?? 0)));
  };

  const ada = Identity.parse(await phone.do('register'));
  const friend = Identity.parse(await ben.do('register'));
  say(`Ada’s phone registers an account: ${ada.account}`);
  say(`Ben’s phone registers another:    ${friend.account}`);

  const picture = z.string().parse(await computer.do('showCode', 'Ada’s laptop'));
  say(`Ada’s computer shows a code:\n\n${picture}`);
  const linking = computer.event('linked');
  const companion = Companion.parse(await phone.do('scan', picture));
  const near = companion.sameNetwork ? 'the same network' : 'another network';
  say(`Ada’s phone scans it, and shows what it would link: ${companion.label}, at ${companion.address}, on ${near}.`);
  await phone.do('approve');
  const { device } = Identity.parse(await linking);
  say(`She approves. The computer is linked, as device ${device}.`);

  await send(ben, { account: ada.account, devices: [phone, computer], texts: numbered(5, 'Ben to Ada') });
  await send(computer, { account: friend.account, devices: [ben, phone], texts: numbered(5, 'Ada, at her computer') });
  await send(phone, { account: friend.account, devices: [ben, computer], texts: numbered(5, 'Ada, on the phone') });
  await settle(phone, computer, ben);
  say('Ben and Ada write to each other; her phone and her computer both have it all.');

  await computer.do('rest');
  await computer.kill();
  await send(ben, { account: ada.account, devices: [phone, computer], texts: numbered(40, 'while it was away') });
  await settle(phone);
  say('The computer is killed (kill -9), and Ben writes 40 messages meanwhile.');
  computer.restart();
  await computer.do('resume');
  await settle(computer);
  say(`The computer is back: it has got ${computer.received.length} messages in all.`);

  const refusal = computer.event('unlinked');
  await phone.do('unlink', device);
  await refusal;
  computer.received.push(...(await knocksAgain(computer)));
  say('Ada unlinks the computer on her phone; it is told, and refused when it tries again.');
  await Promise.all([phone.end(), ben.end()]);
  return { linked: true, ...account(due), unlinked: true };
};

/** An unlinked computer that is started once more: whatever it got now would be a message too many. */
const knocksAgain = async (computer: DeviceProcess): Promise<string[]> => {
  await computer.kill();
  const before = computer.received.length;
  computer.restart();
  const refused = computer.event('unlinked');
  await computer.do('resume');
  await refused;
  return computer.received.slice(before);
};
