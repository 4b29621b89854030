import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { type AccountId, addressOf, limits } from '#protocol';
import type { Closing } from '../../functions/shared/closing.ts';
import type { Account } from '../../functions/shared/directory/accounts.ts';
import { findAccount } from './find-account.ts';
import { OpsError } from './ops-error.ts';
import { isDecided, openDirectory, type Operator, timeOf } from './operator.ts';

/** It changes whenever one of its devices comes or goes, or a list is signed. */
const attempts = 5;

const closingsOf = ({ account, devices }: Account): Closing[] =>
  [...devices.values()].flatMap(({ device, connection }) =>
    connection === undefined ? [] : [{ connection: connection.id, unless: addressOf(account, device) }],
  );

/** Has connections closed by the function that does so anyway, when the directory has forgotten them. */
const close = async ({ clients: { queues }, stack }: Operator, closings: readonly Closing[]): Promise<void> => {
  if (closings.length === 0) return;
  const { Failed = [] } = await queues.send(
    new SendMessageBatchCommand({
      QueueUrl: stack.starting('AWS::SQS::Queue', 'ClosingQueue').physicalId,
      Entries: closings.map((closing, i) => ({
        Id: String(i),
        MessageBody: JSON.stringify(closing),
        DelaySeconds: limits.farewell / 1000,
      })),
    }),
  );
  if (Failed.length > 0) throw new OpsError(`${Failed.length} connections could not be closed: try again.`);
};

const busy = (account: AccountId): OpsError =>
  new OpsError(`The account ${account} has changed ${attempts} times meanwhile: try again.`);

/** No device of the account is let in, none of its calls is served, and its connections end. */
export const suspend = async (operator: Operator, account: AccountId): Promise<void> => {
  const { say, now } = operator;
  const directory = openDirectory(operator);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await findAccount(operator, account);
    if (found.suspended !== undefined) return say(`${account} is suspended already, since ${timeOf(found.suspended)}.`);
    const closings = closingsOf(found);
    const devices = `${found.devices.size} linked, ${closings.length} connected`;
    if (!isDecided(operator, `suspend ${account} (devices: ${devices}) and close its connections`)) return;
    // Asked for before the write, as the functions do: it looks again whether the directory has forgotten them.
    await close(operator, closings);
    if (await directory.suspend(found, now())) {
      return say(`${account} is suspended (devices: ${devices}). Its mail is kept. Undo: suspend ${account} --undo`);
    }
  }
  throw busy(account);
};

/** Lets its devices in again: what they were sent meanwhile waits for them. */
export const reinstate = async (operator: Operator, account: AccountId): Promise<void> => {
  const { say } = operator;
  const directory = openDirectory(operator);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await findAccount(operator, account);
    if (found.suspended === undefined) return say(`${account} is not suspended.`);
    if (!isDecided(operator, `let ${account} in again, suspended since ${timeOf(found.suspended)}`)) return;
    if (await directory.reinstate(found)) return say(`${account} is suspended no more: its devices may connect again.`);
  }
  throw busy(account);
};
