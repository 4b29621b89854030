import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCommand, freePort, startDaemon } from './daemon.ts';
import type { Peer } from './peer.ts';
import { host, passwordOf, usersOf, xmppPeer } from './xmpp.ts';

/**
 * ejabberd with its own database Mnesia on disc, XMPP over WebSocket. Otherwise than Debian configures it, there is no
 * TLS, no limit of a connection's rate, and no more modules than a messenger needs. Undefined where it is not installed.
 */
export const startEjabberd = async (data: string, pairs: number): Promise<Peer | undefined> => {
  const [ejabberd, erl] = [await findCommand('ejabberdctl'), await findCommand('erl')];
  if (ejabberd === undefined || erl === undefined) return undefined;
  const port = await freePort();
  const config = join(data, 'ejabberd.yml');
  await writeFile(config, configuration(port));
  const env = {
    HOME: data,
    EJABBERD_CONFIG_PATH: config,
    EJABBERD_LOG_PATH: join(data, 'ejabberd.log'),
    ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
    ERL_CRASH_DUMP_BYTES: '0',
  };
  const mnesia = ['-mnesia', 'dir', `"${join(data, 'mnesia')}"`];
  const daemon = await startDaemon([erl, '-noinput', '+K', 'true', ...mnesia, '-s', 'ejabberd'], {
    port,
    cwd: data,
    env,
  });
  await registerAccounts(port, pairs);
  return xmppPeer({ name: 'ejabberd', daemon, url: `ws://127.0.0.1:${port}/ws` });
};

const registerAccounts = async (port: number, pairs: number): Promise<void> => {
  for (const user of usersOf(pairs)) {
    const response = await fetch(`http://127.0.0.1:${port}/api/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, host, password: passwordOf(user) }),
    });
    const said = await response.text();
    if (!response.ok) throw new Error(`ejabberd does not register ${user}: ${response.status} ${said}`);
  }
};

const configuration = (port: number): string => `
hosts: [${host}]
loglevel: error
auth_password_format: scram
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /ws: ejabberd_http_ws
      /api: mod_http_api
acl:
  loopback:
    ip: 127.0.0.0/8
api_permissions:
  "this machine":
    who:
      access:
        allow:
          - acl: loopback
    what: "*"
shaper_rules:
  max_user_sessions: 10
  max_user_offline_messages: infinity
  c2s_shaper: none
modules:
  mod_admin_extra: {}
  mod_disco: {}
  mod_http_api: {}
  mod_offline:
    access_max_user_messages: max_user_offline_messages
  mod_ping: {}
  mod_roster: {}
  mod_stream_mgmt: {}
`;
