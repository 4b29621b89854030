/**
 * Whether the URL of a subscription leads to one of the hosts, by https on its usual port, and nowhere else: whoever
 * registers could otherwise have this cloud call whatever it can reach. `*.example.org` stands for the hosts below it.
 */
export const isAllowedHost = (hosts: readonly string[], endpoint: string): boolean => {
  const url = URL.parse(endpoint);
  if (url === null || url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') {
    return false;
  }
  return hosts.some((host) => (host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host));
};
