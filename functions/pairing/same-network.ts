import { isIPv6 } from 'node:net';

/** The first 64 bits of an IPv6 address: what one home or office has; privacy addresses differ only behind them. */
const prefix = (address: string): string => {
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0');
  return [...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16))
    .join(':');
};

/** Whether two source addresses look like one network: the same IPv4 address (NAT), or the same IPv6 /64. A hint. */
export const sameNetwork = (a: string, b: string): boolean =>
  a === b || (isIPv6(a) && isIPv6(b) && prefix(a) === prefix(b));
