import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDevice, recipientOf, registerDevice } from '../devices/device.ts';
import { newMessageId } from '../devices/message-id.ts';
import { ampleQuotas } from '../quotas.ts';
import { runCloud } from '../run-cloud.ts';
import type { CpuProfile } from './cpu-profile.ts';
import { profileCloud } from './inspect.ts';
import { openMaps } from './places.ts';
import { readable } from './readable.ts';
import { percentages, timesByCaller, wholeOf } from './shares.ts';

/** Whose code a send of a warm function runs, in percent of its processor time. */
export type SendProfile = {
  count: number;
  places: { place: string; percent: number }[];
  own: number;
  cpuProfile: CpuProfile;
};

const bodyBytes = 500;
const warmUps = 1500;

/**
 * Sends messages one after another in a local cloud, and profiles the one environment of the relay that takes them. To
 * a phone that is connected and acknowledges none, so that the relay does nothing but send.
 */
export const measureSend = async (count = 3000): Promise<SendProfile> => {
  await using cleaning = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  cleaning.defer(() => rm(data, { recursive: true, maxRetries: 5 }));
  const cloud = cleaning.use(await runCloud({ data, settings: ampleQuotas, inspectable: true }));
  const maps = await openMaps(cloud.app);
  const [from, to] = [await registerDevice(cloud.endpoint), await registerDevice(cloud.endpoint)];
  await using sender = await connectDevice(cloud.endpoint, from);
  await using _receiver = await connectDevice(cloud.endpoint, to);
  const send = async (times: number) => {
    for (let sent = 0; sent < times; sent += 1) {
      const message = { message: newMessageId(), bodies: [randomBytes(bodyBytes).toString('base64url')] };
      await sender.call('relay.send', { messages: [{ ...message, to: [recipientOf(to)] }] });
    }
  };
  await send(warmUps);
  const { workers } = await profileCloud(cloud, () => send(count));
  const times = workers.map((profile) => ({ profile, times: timesByCaller([profile], maps.placeOf) }));
  const [busiest] = times.toSorted((one, other) => wholeOf(other.times) - wholeOf(one.times));
  if (busiest === undefined) throw new Error('No function ran.');
  const places = percentages(busiest.times);
  const own = places.filter(({ place }) => isOwn(place)).reduce((sum, { percent }) => sum + percent, 0);
  return { count, places, own, cpuProfile: readable(busiest.profile, maps) };
};

const isOwn = (place: string): boolean => place.startsWith('functions/') || place.startsWith('protocol/');
