import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCloud } from '../start-cloud.ts';

/** Where no browser's push service is, as if it were down. */
export const unreachable = 'push.invalid';

/** What goes wrong now and then, so that the dashboard has something to show. */
const faults = {
  seed: 7,
  faults: [
    { kind: 'latency', service: 'dynamodb', operation: '*', median: 2, p99: 25 },
    { kind: 'error', service: 'dynamodb', operation: '*', error: 'ThrottlingException', rate: 0.004 },
    { kind: 'crash', function: '*relay*', within: 10, rate: 0.004 },
    { kind: 'half-open', rate: 0.0005 },
    // Whatever push tokens are to be forgotten, ends in the dead letters after five attempts.
    { kind: 'crash', function: '*upkeep*', within: 1 },
  ],
};

/** Apple's signing key for an app that nobody has. */
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const apple = {
  keyId: 'ABC123DEFG',
  teamId: 'TEAM123456',
  bundleId: 'org.example.chat',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};

/** What the deployer gives to secrets. */
export const secrets = JSON.stringify({ apple: JSON.stringify(apple) });

/** Everybody has one address here, so that what is counted by network must not count. */
export const settings = {
  'tandem.apnsSecret': 'apple',
  'tandem.webPushSubject': 'mailto:push@example.org',
  'tandem.webPushHosts': unreachable,
  'tandem.guestConnectionsPerMinute': 100_000,
  'tandem.guestCallsPerMinute': 100_000,
  'tandem.registrationsPerHour': 100_000,
};

/** A cloud of its own that can wake phones, and in which things go wrong. */
export const startTroubledCloud = async (folder: string) => {
  const data = join(folder, 'cloud');
  await mkdir(data, { recursive: true });
  const file = join(folder, 'faults.json');
  await writeFile(file, JSON.stringify(faults));
  await writeFile(join(data, 'secrets.json'), secrets);
  const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startCloud(folder, ['--faults', file, ...context]);
};
