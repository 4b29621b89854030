import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCommand, freePort, startDaemon } from './daemon.ts';
import type { Peer } from './peer.ts';
import { host, passwordOf, usersOf, xmppPeer } from './xmpp.ts';

/**
 * Prosody with its own file storage, XMPP over WebSocket: what waits for an absent user is in a file. Otherwise than
 * Debian configures it, there is no TLS and no limit of a connection's rate. Undefined where it is not installed.
 */
export const startProsody = async (data: string, pairs: number): Promise<Peer | undefined> => {
  const command = await findCommand('prosody');
  if (command === undefined) return undefined;
  const [port, other] = [await freePort(), await freePort()];
  const config = join(data, 'prosody.cfg.lua');
  await writeFile(config, configuration({ data, port, other }));
  await writeAccounts(data, pairs);
  const daemon = await startDaemon([command, '-F', '--config', config], { port, cwd: data });
  return xmppPeer({ name: 'prosody', daemon, url: `ws://127.0.0.1:${port}/xmpp-websocket` });
};

const accountOf = (user: string): string => `return { ["password"] = "${passwordOf(user)}"; };\n`;

/** A plain password, of which Prosody makes a hash at the first login. */
const writeAccounts = async (data: string, pairs: number): Promise<void> => {
  const folder = join(data, host, 'accounts');
  await mkdir(folder, { recursive: true });
  // Prosody writes what is no letter or digit as %xx.
  const fileOf = (user: string) => join(folder, `${user.replaceAll('-', '%2d')}.dat`);
  await Promise.all(usersOf(pairs).map((user) => writeFile(fileOf(user), accountOf(user))));
};

const configuration = ({ data, port, other }: { data: string; port: number; other: number }): string => `
run_as_root = true
data_path = "${data}"
pidfile = "${data}/prosody.pid"
log = { error = "${data}/prosody.log" }
interfaces = { "127.0.0.1" }
http_interfaces = { "127.0.0.1" }
http_ports = { ${port} }
https_ports = { }
c2s_ports = { ${other} }
c2s_direct_tls_ports = { }
modules_enabled = { "roster", "saslauth", "disco", "offline", "smacks", "websocket", "ping" }
modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true
http_default_host = "${host}"
authentication = "internal_hashed"
storage = "internal"
VirtualHost "${host}"
`;
