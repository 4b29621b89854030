import { expect, test } from 'vitest';
import type { CpuProfile } from '../../../bench/profile/cpu-profile.ts';
import { readable } from '../../../bench/profile/readable.ts';
import { percentages, timesByCaller } from '../../../bench/profile/shares.ts';

type Named = [id: number, functionName: string, url: string, children?: number[]];

const node = ([id, functionName, url, children = []]: Named): CpuProfile['nodes'][number] => ({
  id,
  callFrame: { functionName, scriptId: '0', url, lineNumber: 0, columnNumber: 0 },
  children,
});

/** A thread in which a rule of ours has JSON parsed and calls a library, and Node reads a socket. */
const profile: CpuProfile = {
  nodes: [
    node([1, '(root)', '', [2, 6, 7, 8]]),
    node([2, 'send', 'file:///rule.ts', [3, 4]]),
    node([3, 'parse', '']),
    node([4, 'query', 'file:///library.js', [5]]),
    node([5, 'request', 'node:http']),
    node([6, 'onStreamRead', 'node:net']),
    node([7, '(idle)', '']),
    node([8, '(garbage collector)', '']),
  ],
  startTime: 0,
  endTime: 1000,
  samples: [2, 3, 4, 5, 6, 7, 8],
  timeDeltas: [10, 20, 30, 40, 50, 600, 50],
};

const placeOf = ({ url }: { url: string }) =>
  url.startsWith('node:') ? 'Node' : url.replace('file:///', '') || undefined;

const originOf = (frame: CpuProfile['nodes'][number]['callFrame']) => ({ ...frame, url: `source of ${frame.url}` });

test('what Node and V8 do counts for the code that called them, and waiting for nobody', () => {
  expect(Object.fromEntries(timesByCaller([profile, profile], placeOf))).toEqual({
    'rule.ts': 60,
    'library.js': 140,
    Node: 100,
    'garbage collection': 100,
  });
});

test('percentages are of the whole, the largest first', () => {
  const shares = percentages(timesByCaller([profile], placeOf));
  expect(shares.map(({ place, percent }) => [place, percent])).toEqual([
    ['library.js', 35],
    ['Node', 25],
    ['garbage collection', 25],
    ['rule.ts', 15],
  ]);
});

test('a profile that is kept has the names of the sources, and no less time in all', () => {
  const kept = readable(profile, { originOf, placeOf });
  expect(kept.nodes.map(({ callFrame }) => callFrame.url)).toContain('source of file:///rule.ts');
  expect(kept.timeDeltas.reduce((sum, delta) => sum + delta, 0)).toBe(800);
  const ids = new Set(kept.nodes.map(({ id }) => id));
  expect(kept.samples.every((id) => ids.has(id))).toBe(true);
});
