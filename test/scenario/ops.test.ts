import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standingClock, systemClock } from '#local';
import { addressOf } from '#protocol';
import { closureControls } from '../../functions/shared/directory/closure.ts';
import { hashed } from '../../functions/shared/telemetry/hashed.ts';
import { openClients } from '../../scripts/ops/clients.ts';
import { findStack } from '../../scripts/ops/stack.ts';
import { newAccount, newKeyPair } from '../fixtures/accounts.ts';
import { accepted, delivered, idOf, meetPhones, messageTo, send, sync, text } from '../fixtures/mail.ts';
import { operateOn } from '../fixtures/operate.ts';
import { listen, newPhone, once, text as bytes } from '../fixtures/people.ts';
import { codeOf, connectDevice, connectGuest, type Identity, succeed } from '../fixtures/wire.ts';
import { called, ended } from '../fixtures/work.ts';
import {
  deletion,
  linkCompanion,
  newMessageId,
  recovery,
  registerAccount,
  registration,
  startTestCloud,
} from '../fixtures/world.ts';

/** A cloud whose time only the tests move. */
const clock = standingClock();

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let endpoint: string;
let ops: ReturnType<typeof operateOn>;
beforeAll(async () => {
  cloud = await startTestCloud({ clock });
  ({ endpoint } = cloud);
  ops = operateOn(cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const connect = (device: Identity) => connectDevice(endpoint, device, clock.now());
const nothingChanged = expect.stringContaining('Nothing has been changed: add --yes to do it.');

describe('trace', () => {
  test('a message is followed from its frame to its acknowledgement', async () => {
    await using met = await meetPhones(endpoint, clock.now());
    const { ada, ben, phone } = met;
    await using there = await connect(ben.phone);
    const message = messageTo(ben);
    expect(await send(phone, message)).toEqual([accepted(message)]);
    expect(await delivered(there)).toHaveLength(1);
    const acknowledged = ended(cloud, 'relay');
    there.tell('relay.ack', { envelopes: [idOf(message, ada.phone)] });
    await acknowledged;

    const lines = await ops('trace', message.message);
    expect(lines).toEqual([
      expect.stringMatching(/^\d{4}-\S+Z relay +relay\.send (?=.* envelopes=1)(?=.* posted=1)/),
      expect.stringMatching(/^\d{4}-\S+Z relay +relay\.ack .*acknowledged=1/),
    ]);
    expect(lines.join('\n')).not.toMatch(new RegExp([ada.account, ben.account, message.bodies[0]].join('|')));
  });

  test('the wake-up of a device that is away belongs to the trace of its message', async () => {
    await using met = await meetPhones(endpoint, clock.now());
    const message = messageTo(met.ben);
    const woken = ended(cloud, 'notifier');
    await send(met.phone, message);
    await woken;
    const lines = await ops('trace', message.message);
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(expect.stringMatching(/ relay +relay\.send .* woken=1/));
    expect(lines).toContainEqual(expect.stringMatching(/ notifier .* Wakeups=1/));
  });

  test('a message that nobody has logged is not found, in one sentence with what to look at', async () => {
    const id = newMessageId(clock.now());
    await expect(ops('trace', id)).rejects.toThrow(
      `No log of Tandem-dev names the message ${id}, from ${new Date(clock.now() - 300_000).toISOString()} on: is it of this stage`,
    );
  });
});

describe('device', () => {
  test('a device is shown with its connection, its mail and its name in logs, and without any content', async () => {
    await using met = await meetPhones(endpoint, clock.now());
    const { ada, ben, phone } = met;
    const address = addressOf(ben.account, 1);
    const [first, second] = [messageTo(ben, 'secret words'), messageTo(ben)];
    await send(phone, first, second);

    const away = await ops('device', address);
    expect(away).toEqual([
      `in logs    ${hashed(address, 'Tandem-dev')}`,
      `account    list version 1 of ${new Date(ben.first.issuedAt).toISOString()}, devices 1`,
      'linked     as the primary',
      'connected  no',
      'woken      not since it was connected last',
      'reminder   none',
      'push       none registered',
      expect.stringMatching(/^mailbox {4}2 waiting; the oldest since \d{4}-\S+Z, message [0-9a-f-]{36}$/),
    ]);
    expect(away.join('\n')).not.toMatch(new RegExp([text('secret words'), ada.account].join('|')));

    await using there = await connect(ben.phone);
    await sync(there, { ack: [first, second].map((message) => idOf(message, ada.phone)) });
    const connection = cloud.gateway.clients().find(({ authorizer }) => authorizer?.['address'] === address);
    expect(await ops('device', address)).toEqual(
      expect.arrayContaining([
        `connected  since ${new Date(connection?.connectedAt ?? 0).toISOString()} as ${connection?.id}`,
        'mailbox    0 waiting',
      ]),
    );
  });

  test('a device that is not linked is told from one that has left, and from one that never was', async () => {
    const account = await registerAccount(endpoint, clock.now());
    await using phone = await connect(account.phone);
    const { companion } = await linkCompanion(endpoint, account, { phone, list: account.first });
    expect(await ops('device', addressOf(account.account, 2))).toContain('linked     as a companion');
    await using computer = await connect(companion);
    await succeed(computer, 'devices.leave', {});
    expect(await ops('device', addressOf(account.account, 2))).toContain('linked     no: it has left by itself');
    expect(await ops('device', addressOf(account.account, 3))).toContain('linked     no: the list does not name it');
    const { account: stranger } = newAccount();
    await expect(ops('device', addressOf(stranger, 1))).rejects.toThrow(
      `There is no account ${stranger} in Tandem-dev`,
    );
  });
});

describe('dlq redrive', () => {
  test('work that was given up is counted, and done once it is given back', async () => {
    await using guest = await connectGuest(endpoint);
    const [connection] = cloud.gateway.clients().slice(-1);
    const deadLetters = cloud.aws.queues.all.find(({ config }) => config.name.includes('ClosingDeadLetters'));
    if (deadLetters === undefined) throw new Error('There is no such queue.');
    const { url, region, operator: credentials } = cloud.aws;
    const client = new SQSClient({ endpoint: url, region, credentials });
    const QueueUrl = `${url}/000000000000/${deadLetters.config.name}`;
    const MessageBody = JSON.stringify({ connection: connection?.id });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    client.destroy();

    expect(await ops('dlq', 'redrive')).toEqual([
      'closing: 1 given up',
      'deadlines: 0 given up',
      'releases: 0 given up',
      'wakeups: 0 given up',
      nothingChanged,
    ]);
    expect(deadLetters.count().visible).toBe(1);
    const said = await ops('dlq', 'redrive', 'closing', '--yes');
    expect(said).toEqual(['closing: 1 given up', expect.stringContaining('closing: on their way back to the queue')]);
    expect(await guest.closed).toBe(1000);
    expect(await ops('dlq', 'redrive', 'closing', '--yes')).toEqual(['closing: 0 given up']);
  });

  test('a queue that is none is refused with those that there are', async () => {
    await expect(ops('dlq', 'redrive', 'mail')).rejects.toThrow(
      'There is no queue mail: there are closing, deadlines, releases, wakeups.',
    );
  });
});

/** An account whose phone is connected, and whose computer is linked. */
const settle = async () => {
  const account = await registerAccount(endpoint, clock.now());
  const phone = await connect(account.phone);
  const { companion, list } = await linkCompanion(endpoint, account, { phone, list: account.first });
  return { ...account, companion, list, wire: phone };
};

describe('suspend', () => {
  test('without --yes it says what it would do, and does nothing', async () => {
    const { account, wire } = await settle();
    await using phone = wire;
    expect(await ops('suspend', account)).toEqual([
      `This would suspend ${account} (devices: 2 linked, 1 connected) and close its connections. Nothing has been changed: add --yes to do it.`,
    ]);
    expect(await codeOf(phone, 'devices.list', { account })).toBeUndefined();
  });

  test('no device of a suspended account is let in or served, and its connections end; mail for it waits', async () => {
    const { account, companion, list, identity, recovering, wire, phone: device } = await settle();
    await using phone = wire;
    await using computer = await connect(companion);
    expect(await ops('suspend', account, '--yes')).toEqual([
      `${account} is suspended (devices: 2 linked, 2 connected). Its mail is kept. Undo: suspend ${account} --undo`,
    ]);

    expect(await codeOf(phone, 'devices.list', { account })).toBe('account_suspended');
    expect(await codeOf(computer, 'relay.sync', {})).toBe('account_suspended');
    await clock.advance(2000);
    expect(await Promise.all([phone.closed, computer.closed])).toEqual([1000, 1000]);
    for (const refused of [device, companion]) await expect(connect(refused)).rejects.toThrow('refused with 403');
    await using guest = await connectGuest(endpoint);
    const recovered = recovery(endpoint, { identity }, recovering(list, newKeyPair().publicKey));
    expect(await codeOf(guest, 'account.recover', recovered)).toBe('account_suspended');
    const [, state] = await ops('device', addressOf(account, 1));
    expect(state).toMatch(/^account .*; suspended since \d{4}-\S+Z$/);
    expect(await ops('suspend', account, '--yes')).toEqual([
      expect.stringMatching(`^${account} is suspended already, since `),
    ]);

    const { wire: sender } = await settle();
    await using _ = sender;
    const message = messageTo({ account, first: list });
    expect(await send(sender, message)).toEqual([accepted(message)]);

    expect(await ops('suspend', account, '--undo')).toEqual([nothingChanged]);
    await expect(connect(device)).rejects.toThrow('refused with 403');
    expect(await ops('suspend', account, '--undo', '--yes')).toEqual([
      `${account} is suspended no more: its devices may connect again.`,
    ]);
    await using again = await connect(device);
    expect((await sync(again)).envelopes).toHaveLength(1);
    expect(await ops('suspend', account, '--undo', '--yes')).toEqual([`${account} is not suspended.`]);
  });

  test('the SDK of a suspended device keeps all that it has, and goes on by itself when it is let in again', async () => {
    const platform = { clock: systemClock, random: () => 0 };
    const { session } = await newPhone(endpoint, { platform });
    await using suspended = session;
    const [{ session: friend }, mail] = [await newPhone(endpoint), listen(suspended)];
    await using _ = friend;
    const ends: string[] = [];
    for (const end of ['unlinked', 'replaced'] as const) suspended.on(end, () => ends.push(end));
    if (!suspended.online) await once(suspended, 'online');
    const offline = once(suspended, 'online');
    await ops('suspend', suspended.account, '--yes');
    // It asks for its list when it has been refused for a while, before it believes that it is not linked any more.
    const asked = called(cloud, 'account.restore');
    await clock.advance(2000);
    expect(await offline).toBe(false);
    await friend.send({ to: suspended.account, body: bytes('are you there?') });
    await asked;
    await ops('suspend', suspended.account, '--undo', '--yes');
    expect(await mail.until(1)).toEqual(['are you there?']);
    expect(ends).toEqual([]);
  });

  test('an account that is not there, or was deleted, is not suspended', async () => {
    const { account: stranger } = newAccount();
    await expect(ops('suspend', stranger, '--yes')).rejects.toThrow(`There is no account ${stranger} in Tandem-dev`);
    const account = await registerAccount(endpoint, clock.now());
    await using phone = await connect(account.phone);
    await succeed(phone, 'account.delete', deletion(endpoint, account, clock.now()));
    await expect(ops('suspend', account.account, '--yes')).rejects.toThrow('was deleted by its owner');
  });
});

describe('close and open', () => {
  test('a closed stage takes no new accounts and lets a tenth through; opened, it is as before', async () => {
    const early = newAccount(clock.now());
    await using guest = await connectGuest(endpoint);
    await succeed(guest, 'account.register', registration(endpoint, early, clock.now()));
    const before =
      'Tandem-dev: registration is open; the stage lets through 2000 frames a second on a route, 1000 at once.';
    expect(await ops('close')).toEqual([before, nothingChanged]);
    expect(await ops('open', '--yes')).toEqual([before]);
    expect(cloud.aws.stageLimit('dev')).toBeUndefined();

    expect(await ops('close', '--yes')).toEqual([
      before,
      'Registration is closed; the stage lets through 200 frames a second on a route, 100 at once. Undo: open',
    ]);
    const late = registration(endpoint, newAccount(clock.now()), clock.now());
    expect(await codeOf(guest, 'account.register', late)).toBe('registration_closed');
    expect(await codeOf(guest, 'account.register', registration(endpoint, early, clock.now()))).toBeUndefined();
    await ops('close', '--yes');
    // Not a tenth of the tenth.
    expect(cloud.aws.stageLimit('dev')).toEqual({ rate: 200, burst: 100 });

    const closed = `Tandem-dev: registration is closed since ${new Date(clock.now()).toISOString()}; the stage lets through 200 frames a second on a route, 100 at once.`;
    expect(await ops('open')).toEqual([closed, nothingChanged]);
    expect(await ops('open', '--yes')).toEqual([
      closed,
      'Registration is open; the stage lets through 2000 frames a second on a route, 1000 at once.',
    ]);
    expect(await codeOf(guest, 'account.register', late)).toBeUndefined();
    expect(cloud.aws.stageLimit('dev')).toEqual({ rate: 2000, burst: 1000 });
  });

  test('a stage that is throttled still, though a restored directory knows of no closing, is opened too', async () => {
    await ops('close', '--yes');
    const { url, region, operator: credentials } = cloud.aws;
    using clients = openClients({ endpoint: url, region, credentials });
    const { output } = await findStack(clients.cloudFormation, 'dev');
    await closureControls(clients.tables, output('DirectoryTable')).openRegistration();

    expect(await ops('open', '--yes')).toEqual([
      'Tandem-dev: registration is open; the stage lets through 200 frames a second on a route, 100 at once.',
      'Registration is open; the stage lets through 2000 frames a second on a route, 1000 at once.',
    ]);
    expect(cloud.aws.stageLimit('dev')).toEqual({ rate: 2000, burst: 1000 });
  });
});

test('a stage that is not there is named, with what to look at', async () => {
  await expect(ops('open', '--stage', 'prod')).rejects.toThrow(
    'There is no stack Tandem-prod: are these the account and the region of the stage? Name another with --stage.',
  );
});

/** `npm run ops` as whoever types it has it, without npm. */
const type = (env: Record<string, string>, ...given: string[]) =>
  promisify(execFile)(process.execPath, ['scripts/ops/main.ts', ...given], { env });

test('the command takes where and who it is from the environment, and tells failures by its code and on standard error', async () => {
  const { url, region, operator } = cloud.aws;
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
  };
  const [done, wrong, missing, nobody] = await Promise.allSettled([
    type(env, 'open'),
    type(env, 'opne'),
    type(env, 'open', '--stage', 'prod'),
    type({ ...env, AWS_ACCESS_KEY_ID: 'ASIA0000000000000000' }, 'open'),
  ]);
  expect(done).toMatchObject({ value: { stdout: expect.stringMatching(/^Tandem-dev: registration is open;.*\n$/) } });
  const usage = expect.stringMatching(/^opne is no command\.\nUsage: npm run ops -- COMMAND/);
  expect(wrong).toMatchObject({ reason: { code: 2, stdout: '', stderr: usage } });
  const noStack = expect.stringMatching(/^There is no stack Tandem-prod: .*\n$/);
  expect(missing).toMatchObject({ reason: { code: 1, stdout: '', stderr: noStack } });
  const noCredentials = expect.stringMatching(/ security token .* is invalid\. Set AWS_PROFILE, .*\n$/);
  expect(nobody).toMatchObject({ reason: { code: 1, stdout: '', stderr: noCredentials } });
});
