import { expect, test } from 'vitest';
import { faultAt, faultsKnown } from '../../fault/history/faults.ts';
import { planOf } from '../../fault/history/plan.ts';

const stretch = { seed: 7, number: 0, length: 30_000, devices: 6 };
const ofCloud = ['cloud killed', 'cloud clock jump', 'half-open sockets', 'fault'];
const ofDevices = ['device killed', 'device offline', 'device frozen', 'device clock jump'];
const everything = [...ofCloud, ...ofDevices];
const numbers = [0, 1, 2, 3, 4];
const plans = numbers.map((number) => planOf({ ...stretch, number }));

test('what happens in a stretch follows from the seed and its number', () => {
  expect(numbers.map((number) => planOf({ ...stretch, number }))).toEqual(plans);
  expect(planOf({ ...stretch, seed: 8 })).not.toEqual(plans[0]);
  expect(plans[1]).not.toEqual(plans[0]);
});

test.each([30_000, 3000])(
  'in a stretch of %d ms the cloud is killed once, and everything else happens too',
  (length) => {
    const kinds = planOf({ ...stretch, length }).map(({ act }) => act.kind);
    expect(kinds.filter((kind) => kind === 'cloud killed')).toHaveLength(1);
    expect(new Set(kinds)).toEqual(new Set(everything));
  },
);

test('it happens in the order of its time, within the stretch, to devices that there are', () => {
  for (const plan of plans) {
    const times = plan.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((at) => at >= 0 && at < stretch.length)).toBe(true);
    const devices = plan.flatMap(({ act }) => ('device' in act ? act.device : []));
    expect(devices.every((device) => device >= 0 && device < stretch.devices)).toBe(true);
  }
});

const round = (from: number) => Array.from({ length: faultsKnown }, (_, i) => JSON.stringify(faultAt(7, from + i)));

test('every fault comes before one comes again, in an order of the seed’s', () => {
  expect(new Set(round(0)).size).toBe(faultsKnown);
  expect(new Set(round(faultsKnown))).toEqual(new Set(round(0)));
  expect(round(faultsKnown)).not.toEqual(round(0));
});
