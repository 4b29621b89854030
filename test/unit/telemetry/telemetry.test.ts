import { describe, expect, test } from 'vitest';
import { metrics } from '../../../functions/shared/telemetry/metrics.ts';
import { openTestTelemetry } from './telemetry.fixture.ts';

const trace = 'ab'.repeat(16);
const directive = (dimensions: string[], ...names: (keyof typeof metrics)[]) => ({
  Namespace: 'Tandem',
  Dimensions: [dimensions],
  Metrics: names.map((Name) => ({ Name, Unit: metrics[Name].unit })),
});

/** Telemetry of an environment that has had its first invocation. */
const openWarm = async () => {
  const opened = openTestTelemetry();
  await opened.during(() => {});
  return opened;
};

describe('an invocation', () => {
  test('writes one line, which holds what was noted and what was measured', async () => {
    const { telemetry, during, request } = await openWarm();
    const lines = await during(() => {
      telemetry.note({ method: 'relay.send', envelopes: 2 });
      telemetry.note({ envelopes: 1 });
      telemetry.count('Accepted');
      telemetry.count('Accepted', 2);
      telemetry.measure('AcceptLatency', 12.6);
      telemetry.tally('Errors', 'unlinked');
    });
    expect(lines).toEqual([
      {
        function: 'relay',
        request,
        method: 'relay.send',
        envelopes: 3,
        Stage: 'dev',
        Accepted: 3,
        AcceptLatency: 13,
        Errors: 1,
        Code: 'unlinked',
        _aws: {
          Timestamp: 1_790_000_000_000,
          CloudWatchMetrics: [
            directive(['Stage'], 'Accepted', 'AcceptLatency'),
            directive(['Stage', 'Code'], 'Errors'),
          ],
        },
      },
    ]);
  });

  test('in which nothing was measured writes no metrics', async () => {
    const { during, request } = await openWarm();
    expect(await during(() => {})).toEqual([{ function: 'relay', request }]);
  });

  test('with several values of one dimension writes a line for each, found by the same request', async () => {
    const { telemetry, during, request } = await openWarm();
    const lines = await during(() => {
      for (const code of ['unlinked', 'keys_full', 'unlinked'] as const) telemetry.tally('Errors', code);
    });
    expect(lines).toMatchObject([
      { request, Code: 'unlinked', Errors: 2 },
      { request, Code: 'keys_full', Errors: 1 },
    ]);
  });

  test('keeps durations apart, a hundred of them at most, and none is less than nothing', async () => {
    const { telemetry, during } = await openWarm();
    const [two] = await during(() => [5, -3].forEach((age) => telemetry.measure('UndeliveredAge', age)));
    expect(two).toMatchObject({ UndeliveredAge: [5, 0] });
    const [many] = await during(() => {
      for (let age = 0; age < 120; age += 1) telemetry.measure('UndeliveredAge', age);
    });
    expect(many?.['UndeliveredAge']).toHaveLength(100);
  });

  test('that fails writes its line all the same, and fails', async () => {
    const { telemetry, lines, request } = await openWarm();
    const failing = telemetry.invocation(request, async () => {
      telemetry.count('Denials');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(lines.at(-1)).toMatchObject({ Denials: 1 });
  });

  test('knows nothing of the one before; the first of an environment says how long its start took', async () => {
    const { telemetry, during } = openTestTelemetry();
    const [first] = await during(() => telemetry.note({ method: 'relay.ack' }));
    expect(first).toMatchObject({ ColdStart: 123, method: 'relay.ack' });
    const [second] = await during(() => {});
    expect(second).not.toHaveProperty('ColdStart');
    expect(second).not.toHaveProperty('method');
  });
});

describe('the trace of an invocation', () => {
  test('is the one that its caller names', async () => {
    const { telemetry, during } = openTestTelemetry();
    const given = `00-${trace}-${'01'.repeat(8)}-00`;
    const [line] = await during(() => {
      telemetry.follow(given);
      expect(telemetry.traceparent()).toBe(given);
    });
    expect(line).toMatchObject({ trace });
  });

  test('is a new one where one is wanted and none was named, and none where nobody asks', async () => {
    const { telemetry, during } = openTestTelemetry();
    const [line] = await during(() => {
      expect(telemetry.traceparent()).toBe(`00-${'07'.repeat(16)}-${'07'.repeat(8)}-00`);
    });
    expect(line).toMatchObject({ trace: '07'.repeat(16) });
    expect((await during(() => {}))[0]).not.toHaveProperty('trace');
  });
});

test('a failure is told when it happens, with the invocation it happened in', async () => {
  const { telemetry, during, request } = await openWarm();
  const [failure] = await during(() => {
    telemetry.note({ method: 'relay.send' });
    telemetry.failure('post', new TypeError('secret words'));
  });
  expect(failure).toMatchObject({ level: 'error', what: 'post', method: 'relay.send', request });
  expect(failure?.['error']).toMatchObject({ name: 'TypeError', stack: expect.arrayContaining([expect.any(String)]) });
});
