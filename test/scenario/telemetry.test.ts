import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, limits, traceIdOf } from '#protocol';
import { hashed } from '../../functions/shared/telemetry/hashed.ts';
import { metrics } from '../../functions/shared/telemetry/metrics.ts';
import { newKeyPair } from '../fixtures/accounts.ts';
import { accepted, delivered, idOf, meetPhones, messageTo, send, sync } from '../fixtures/mail.ts';
import { newToken, type PushCloud, startPushCloud } from '../fixtures/push-cloud.ts';
import { watchTelemetry } from '../fixtures/watch-telemetry.ts';
import { codeOf, connectDevice, connectGuest, type Identity, succeed, type Wire } from '../fixtures/wire.ts';
import { cancellation, collection, openPairing } from '../fixtures/world.ts';

let cloud: PushCloud;
beforeAll(async () => {
  cloud = await startPushCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const now = () => cloud.clock.now();
const connect = (identity: Identity) => connectDevice(cloud.endpoint, identity, now());

/** Ada, whose phone is connected, and Ben with a phone. */
const meetTwo = () => meetPhones(cloud.endpoint, now());

/** The same, and Ben's phone, which is not connected, is woken by a token. */
const meetSleeper = async () => {
  const met = await meetTwo();
  const token = newToken();
  await cloud.register(met.ben.phone, { kind: 'fcm', token });
  return { ...met, token };
};

/** Ada's phone, and a computer that wants to be linked to it. */
const meetComputer = async () => {
  const met = await meetTwo();
  const computer = await connectGuest(cloud.endpoint);
  const key = newKeyPair();
  const pairing = await openPairing(computer, key);
  return { ...met, computer, key, pairing };
};

/** What makes functions tell of each metric, by its name and, where there are several, an outcome. */
const occasions: { what: string; metrics: string[]; happens: () => Promise<void> }[] = [
  {
    what: 'a function that runs for the first time',
    metrics: ['ColdStart'],
    happens: async () => {
      await using guest = await connectGuest(cloud.endpoint);
      await succeed(guest, 'session.time', {});
    },
  },
  {
    what: 'a device that connects and leaves',
    metrics: ['Connects', 'Disconnects'],
    happens: async () => {
      await using met = await meetTwo();
      await met.phone.close();
    },
  },
  {
    what: 'a token that somebody else has signed',
    metrics: ['Denials'],
    happens: async () => {
      await using met = await meetTwo();
      await expect(connect({ ...met.ada.phone, key: newKeyPair() })).rejects.toThrow('403');
    },
  },
  {
    what: 'a message that is accepted and acknowledged',
    metrics: ['Accepted', 'AcceptLatency', 'AckLatency'],
    happens: async () => {
      await using met = await meetTwo();
      const { ben, phone } = met;
      await using other = await connect(ben.phone);
      await send(phone, messageTo(ben));
      const [envelope] = await delivered(other);
      // The time of functions runs on while the cloud's stands still.
      await cloud.clock.advance(1000);
      other.tell('relay.ack', { envelopes: [envelope?.id], at: envelope?.at });
    },
  },
  {
    what: 'a message that is not acknowledged in time',
    metrics: ['UndeliveredAge'],
    happens: async () => {
      await using met = await meetTwo();
      const { ben, phone } = met;
      await using other = await connect(ben.phone);
      await send(phone, messageTo(ben));
      await delivered(other);
      await cloud.clock.advance(limits.ackDeadline);
      await delivered(other);
    },
  },
  {
    what: 'two messages to a phone that sleeps',
    metrics: ['Wakeups sent', 'Wakeups suppressed'],
    happens: async () => {
      await using met = await meetSleeper();
      await send(met.phone, messageTo(met.ben));
      await cloud.noticed();
      await send(met.phone, messageTo(met.ben));
      await cloud.noticed();
    },
  },
  {
    what: 'a message to a phone whose app was removed',
    metrics: ['Wakeups failed'],
    happens: async () => {
      await using met = await meetSleeper();
      const found = (await cloud.phones.endpoints()).filter(({ token }) => token === met.token);
      for (const { arn } of found) await cloud.phones.disable(arn);
      await send(met.phone, messageTo(met.ben));
      await cloud.noticed();
    },
  },
  {
    what: 'a computer that is linked',
    metrics: ['Pairings opened', 'Pairings linked'],
    happens: async () => {
      await using met = await meetTwo();
      const { ada, phone } = met;
      const key = newKeyPair();
      await using computer = await connectGuest(cloud.endpoint);
      const pairing = await openPairing(computer, key);
      await succeed(phone, 'pairing.scan', { pairing });
      const deviceList = ada.adding(ada.first, key.publicKey);
      await succeed(phone, 'pairing.approve', { pairing, deviceList, sealed: 'c2VhbGVk' });
    },
  },
  {
    what: 'a computer that is denied',
    metrics: ['Pairings denied'],
    happens: async () => {
      await using met = await meetComputer();
      const { computer, phone, pairing } = met;
      await succeed(phone, 'pairing.scan', { pairing });
      await succeed(phone, 'pairing.deny', { pairing });
      await computer.close();
    },
  },
  {
    what: 'a computer that withdraws',
    metrics: ['Pairings cancelled'],
    happens: async () => {
      await using met = await meetComputer();
      const { computer, key, pairing } = met;
      await succeed(computer, 'pairing.cancel', cancellation(cloud.endpoint, pairing, key));
      await computer.close();
    },
  },
  {
    what: 'a computer whose code nobody has scanned in time',
    metrics: ['Pairings expired'],
    happens: async () => {
      await using met = await meetComputer();
      const { computer, key, pairing } = met;
      await cloud.clock.advance(limits.pairingScan);
      await succeed(computer, 'pairing.collect', collection(cloud.endpoint, pairing, key));
      await computer.close();
    },
  },
  {
    what: 'calls that are too many, one that a guest may not make, and one that makes no sense',
    metrics: ['Errors rate_limited', 'Errors guests_refused', 'Errors invalid_params'],
    happens: async () => {
      await using met = await meetTwo();
      const { ben, phone } = met;
      const claims = Array.from({ length: 31 }, () =>
        codeOf(phone, 'keys.claim', { devices: [addressOf(ben.account, 1)] }),
      );
      expect(await Promise.all(claims)).toContain('rate_limited');
      expect(await codeOf(phone, 'relay.send', { messages: 1 })).toBe('invalid_params');
      await using guest = await connectGuest(cloud.endpoint);
      expect(await codeOf(guest, 'keys.claim', { devices: [addressOf(ben.account, 1)] })).toBe('guests_refused');
    },
  },
];

describe('the operator learns by metrics of', () => {
  test.for(occasions)('$what: $metrics', async ({ metrics: expected, happens }) => {
    using watch = watchTelemetry(cloud.cloud);
    await happens();
    await expect.poll(() => watch.metrics(), { timeout: 20_000 }).toEqual(expect.arrayContaining(expected));
  });

  test('all that there are metrics for', () => {
    const known = Object.entries(metrics).flatMap(([name, metric]) => {
      if (!('by' in metric)) return [name];
      return metric.by.dimension === 'Outcome' ? metric.by.values.map((value) => `${name} ${value}`) : [];
    });
    expect(occasions.flatMap((occasion) => occasion.metrics)).toEqual(
      expect.arrayContaining([...known, expect.stringMatching(/^Errors /)]),
    );
  });
});

const traceparent = `00-${'5a'.repeat(16)}-${'0b'.repeat(8)}-00`;
const trace = traceIdOf(traceparent);

/** A call that names its trace. */
const callTraced = (wire: Wire, method: string, params: object) =>
  wire.raw(JSON.stringify({ jsonrpc: '2.0', id: 'traced', method, params, traceparent }), 'traced');

describe('a message can be followed', () => {
  test('from its call to the wake-up, and to its acknowledgement, by its id, and by the trace that its sender named', async () => {
    using watch = watchTelemetry(cloud.cloud);
    await using met = await meetSleeper();
    const { ada, ben, phone } = met;
    const message = messageTo(ben);
    const { result } = await callTraced(phone, 'relay.send', { messages: [message] });
    expect(result).toEqual({ results: [accepted(message)] });
    await cloud.noticed();
    await using other = await connect(ben.phone);
    const { envelopes } = await sync(other);
    expect(envelopes).toMatchObject([{ traceparent }]);
    await sync(other, { ack: [idOf(message, ada.phone)] });

    const messages = [message.message];
    const device = (identity: Identity) => hashed(addressOf(identity.account, identity.device), cloud.cloud.stack);
    const about = { method: 'relay.send', device: device(ada.phone), envelopes: 1, posted: 0, woken: 1 };
    await watch.line({ function: 'relay', messages, trace, ...about });
    await watch.line({
      function: 'notifier',
      messages,
      traces: [trace],
      devices: [device(ben.phone)],
      Outcome: 'sent',
    });
    await watch.line({ function: 'relay', method: 'relay.sync', messages, acknowledged: 1, device: device(ben.phone) });
  });

  test('to a device that is connected, which is told the trace, and to its second delivery', async () => {
    using watch = watchTelemetry(cloud.cloud);
    await using met = await meetTwo();
    const { ben, phone } = met;
    await using other = await connect(ben.phone);
    const message = messageTo(ben);
    await callTraced(phone, 'relay.send', { messages: [message] });
    expect(await delivered(other)).toMatchObject([{ traceparent }]);
    await cloud.clock.advance(limits.ackDeadline);
    expect(await delivered(other)).toMatchObject([{ traceparent }]);

    const messages = [message.message];
    await watch.line({ function: 'relay', messages, trace, posted: 1, woken: 0 });
    await watch.line({ function: 'deadline', messages, traces: [trace], redelivered: 1 });
  });

  test('by a trace of the cloud’s own, where its sender named none', async () => {
    using watch = watchTelemetry(cloud.cloud);
    await using met = await meetTwo();
    const { ben, phone } = met;
    await using other = await connect(ben.phone);
    const message = messageTo(ben);
    await send(phone, message);
    const [envelope] = await delivered(other);
    const own = traceIdOf(envelope?.traceparent ?? '');
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    await watch.line({ messages: [message.message], trace: own });
  });

  test.for([
    `01-${trace}-${'0b'.repeat(8)}-00`,
    `00-${'0'.repeat(32)}-${'0b'.repeat(8)}-00`,
    traceparent.toUpperCase(),
    7,
  ])('but not by a trace that is malformed: the call is refused: %s', async (malformed) => {
    await using met = await meetTwo();
    const frame = { jsonrpc: '2.0', id: 'bad', method: 'push.config', traceparent: malformed };
    const { error } = await met.phone.raw(JSON.stringify(frame), 'bad');
    expect(error?.data.code).toBe('invalid_request');
  });
});

describe('how long mail takes until it is acknowledged', () => {
  test.for([
    { what: 'is measured from the oldest of the envelopes', later: 10_000, measured: true },
    { what: 'is not, when that came before the device was connected', later: -10_000, measured: false },
  ])('$what', async ({ later, measured }) => {
    using watch = watchTelemetry(cloud.cloud);
    await using met = await meetTwo();
    const { ada, ben, phone } = met;
    await using other = await connect(ben.phone);
    const connectedAt = now();
    await cloud.clock.advance(20_000);
    const message = messageTo(ben);
    await send(phone, message);
    other.tell('relay.ack', { envelopes: [idOf(message, ada.phone)], at: connectedAt + later });

    const line = await watch.line({ method: 'relay.ack', messages: [message.message] });
    expect('AckLatency' in line).toBe(measured);
  });

  test('is not what a device says of the future', async () => {
    using watch = watchTelemetry(cloud.cloud);
    await using met = await meetTwo();
    const { ada, ben } = met;
    await using other = await connect(ben.phone);
    const message = messageTo(ben);
    other.tell('relay.ack', { envelopes: [idOf(message, ada.phone)], at: now() + 60_000 });
    const line = await watch.line({ method: 'relay.ack', messages: [message.message] });
    expect(line).not.toHaveProperty('AckLatency');
  });
});
