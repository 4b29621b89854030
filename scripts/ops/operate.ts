import { type AwsSettings, openClients } from './clients.ts';
import { closeStage, openStage } from './closure.ts';
import { type Command, readCommandLine } from './command-line.ts';
import { device } from './device.ts';
import type { Operator } from './operator.ts';
import { redrive } from './redrive.ts';
import { findStack } from './stack.ts';
import { reinstate, suspend } from './suspend.ts';
import { trace } from './trace.ts';

type Surroundings = Pick<Operator, 'say' | 'now'> & { aws?: AwsSettings };

/** Does what the arguments of `npm run ops` ask for. @throws UsageError, OpsError, or what AWS says */
export const operate = async (given: readonly string[], { aws = {}, ...around }: Surroundings): Promise<void> => {
  const { command, ...options } = readCommandLine(given);
  using clients = openClients(aws);
  const stack = await findStack(clients.cloudFormation, options.stage);
  await run({ ...options, ...around, clients, stack }, command);
};

const run = (operator: Operator, command: Command): Promise<void> => {
  switch (command.kind) {
    case 'trace':
      return trace(operator, command.message);
    case 'device':
      return device(operator, command.address);
    case 'redrive':
      return redrive(operator, command.queue);
    case 'suspend':
      return suspend(operator, command.account);
    case 'reinstate':
      return reinstate(operator, command.account);
    case 'close':
      return closeStage(operator);
    case 'open':
      return openStage(operator);
  }
};
