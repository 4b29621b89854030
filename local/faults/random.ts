import { hash } from 'node:crypto';

/** Gives one number after the other, each from 0 up to but not including 1. */
export type Random = () => number;

const digits = 12;

/**
 * The numbers that belong to a key, the same on every machine: SHA-256 over key and position, in the manner of Hashgen
 * (NIST SP 800-90A, section 10.1.1.4). Streams of different keys know nothing of each other.
 */
export const randomStream = (...key: readonly (string | number)[]): Random => {
  let position = 0;
  return () => {
    position += 1;
    return Number.parseInt(hash('sha256', [...key, position].join('/')).slice(0, digits), 16) / 16 ** digits;
  };
};

/** The normal distribution's 99th percentile. */
const z99 = 2.326_347_874_040_840_8;

/** A log-normal value by its median and 99th percentile (a normal one by Box and Muller, 1958). */
export const logNormal = (random: Random, { median, p99 }: { median: number; p99: number }): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp((Math.log(p99 / median) / z99) * normal);
};

/** Some of the values, at least one, each count and choice as likely as any other; and those that are left. */
export const chooseSome = <T>(values: readonly T[], random: Random): { chosen: T[]; left: T[] } => {
  const count = 1 + Math.floor(random() * values.length);
  const shuffled = values.map((_, index) => ({ index, at: random() })).toSorted((a, b) => a.at - b.at);
  const indexes = new Set(shuffled.slice(0, count).map(({ index }) => index));
  return {
    chosen: values.filter((_, index) => indexes.has(index)),
    left: values.filter((_, index) => !indexes.has(index)),
  };
};
