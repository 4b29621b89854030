import { type DeviceAddress, parseAddress } from '#protocol';
import type { Account, DeviceRecord } from '../../functions/shared/directory/accounts.ts';
import { hashed } from '../../functions/shared/telemetry/hashed.ts';
import { findAccount } from './find-account.ts';
import { readMailbox, type Waiting } from './mailbox.ts';
import { openDirectory, type Operator, timeOf } from './operator.ts';

type Row = [name: string, value: string];

const linkedAs = ({ list, devices }: Account, device: number): string => {
  if (list.primary === device) return 'as the primary';
  if (devices.has(device)) return 'as a companion';
  return list.devices.some(({ id }) => id === device) ? 'no: it has left by itself' : 'no: the list does not name it';
};

const accountRow = ({ list, suspended }: Account): Row => {
  const state = suspended === undefined ? '' : `; suspended since ${timeOf(suspended)}`;
  return [
    'account',
    `list version ${list.version} of ${timeOf(list.issuedAt)}, devices ${list.devices.length}${state}`,
  ];
};

const mailboxRow = ({ count, more, oldest }: Waiting): Row => {
  const first = oldest === undefined ? '' : `; the oldest since ${timeOf(oldest.at)}, message ${oldest.message}`;
  return ['mailbox', `${more ? 'more than ' : ''}${count} waiting${first}`];
};

const stateRows = ({ connection, woken, reminder }: DeviceRecord, now: number): Row[] => {
  const awaited =
    connection === undefined || connection.checkAt <= now
      ? ''
      : `; an ack is awaited until ${timeOf(connection.checkAt)}`;
  const push =
    woken === undefined ? 'not since it was connected last' : `${woken.done ? '' : 'begun '}${timeOf(woken.at)}`;
  return [
    ['connected', connection === undefined ? 'no' : `since ${timeOf(connection.at)} as ${connection.id}${awaited}`],
    ['woken', push],
    ['reminder', reminder === undefined ? 'none' : timeOf(reminder.at)],
  ];
};

/** What is known of a device: who it is to its account, where it is reached, what waits for it. No content. */
export const device = async (operator: Operator, address: DeviceAddress): Promise<void> => {
  const { account: name, device: number } = parseAddress(address);
  const { stack, say, now } = operator;
  const account = await findAccount(operator, name);
  const record = account.devices.get(number);
  const [waiting, token] = await Promise.all([
    readMailbox(operator, address),
    record?.push === undefined ? undefined : openDirectory(operator).pushToken(record.push),
  ]);
  const rows: Row[] = [
    ['in logs', hashed(address, stack.salt)],
    accountRow(account),
    ['linked', linkedAs(account, number)],
    ...(record === undefined ? [] : stateRows(record, now())),
    ['push', token === undefined ? 'none registered' : token.target.kind],
    mailboxRow(waiting),
  ];
  for (const [title, value] of rows) say(`${title.padEnd(10)} ${value}`);
};
