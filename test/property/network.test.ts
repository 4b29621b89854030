import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkOf } from '../../functions/shared/network.ts';

const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const half = fc.tuple(group, group, group, group);

/** The ways in which RFC 4291 lets one write an address: zeros left out in one place, leading zeros, capitals. */
const spell = (groups: readonly number[], how: { padded: boolean; capitals: boolean; gap: number }): string => {
  const write = (value: number) => {
    const text = value.toString(16).padStart(how.padded ? 4 : 1, '0');
    return how.capitals ? text.toUpperCase() : text;
  };
  const runs = groups.flatMap((_, start) =>
    groups
      .map((_, end) => ({ start, end: end + 1 }))
      .filter(({ end }) => end > start && groups.slice(start, end).every((value) => value === 0)),
  );
  const run = runs[how.gap % (runs.length + 1)];
  if (run === undefined) return groups.map(write).join(':');
  return `${groups.slice(0, run.start).map(write).join(':')}::${groups.slice(run.end).map(write).join(':')}`;
};
const spelling = fc.record({ padded: fc.boolean(), capitals: fc.boolean(), gap: fc.nat({ max: 50 }) });

test('the addresses of one /64 are one network, however they are written', () => {
  fc.assert(
    fc.property(half, fc.tuple(half, spelling), fc.tuple(half, spelling), (prefix, [one, how], [other, another]) => {
      expect(networkOf(spell([...prefix, ...one], how))).toBe(networkOf(spell([...prefix, ...other], another)));
    }),
  );
});

test('the addresses of two /64 are two networks, however alike their ends are', () => {
  fc.assert(
    fc.property(fc.tuple(half, half), half, spelling, ([prefix, other], end, how) => {
      fc.pre(prefix.some((value, i) => value !== other[i]));
      expect(networkOf(spell([...prefix, ...end], how))).not.toBe(networkOf(spell([...other, ...end], how)));
    }),
  );
});

test('every IPv4 address is a network of its own, and none of an IPv6 one', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.ipV6(), (one, other, six) => {
      expect(networkOf(one) === networkOf(other)).toBe(one === other);
      expect(networkOf(six)).not.toBe(networkOf(one));
    }),
  );
});
