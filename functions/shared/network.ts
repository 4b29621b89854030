import { isIPv6 } from 'node:net';

/** The first 64 bits of an IPv6 address: what one home or office has; privacy addresses differ only behind them. */
const prefix = (address: string): string => {
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0');
  return [...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
};

/** An IPv4 address as some stacks write it in IPv6 (RFC 4291, 2.5.5.2). */
const mapped = /^::ffff:(?<ipv4>\d+(?:\.\d+){3})$/i;

/** What a source address has in common with its neighbours: the IPv4 address itself (NAT), or the IPv6 /64. */
export const networkOf = (address: string): string => {
  const ipv4 = mapped.exec(address)?.groups?.['ipv4'];
  if (ipv4 !== undefined) return ipv4;
  return isIPv6(address) ? prefix(address) : address;
};

/** Whether two source addresses look like one network. A hint, no proof. */
export const sameNetwork = (a: string, b: string): boolean => networkOf(a) === networkOf(b);
