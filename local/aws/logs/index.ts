import * as z from 'zod/mini';
import type { Clock } from '../../clock.ts';
import type { Template } from '../../template/index.ts';
import { AwsError } from '../errors.ts';
import { jsonProtocol } from '../json-protocol.ts';
import type { Service } from '../service.ts';
import { FilterInput, filterLogEvents } from './filter-operation.ts';
import { type LogGroups, openLogGroups } from './log-groups.ts';

export type LogsOptions = { template: Template; clock: Clock };

/** The logs of the functions, as far back as memory allows. */
export const startLogs = ({ template, clock }: LogsOptions): Service & Pick<LogGroups, 'write'> => {
  const groups = openLogGroups(template, clock.now);
  const arnOf = (group: string) => `arn:aws:logs:${template.region}:${template.account}:log-group:${group}:*`;
  return {
    name: 'logs',
    protocol: jsonProtocol('Logs_20140328', '1.1'),
    operations: ['FilterLogEvents'],
    actions: (name, input) => {
      if (name !== 'FilterLogEvents') {
        throw new AwsError('UnknownOperationException', `The local cloud does not serve CloudWatch Logs' ${name}.`);
      }
      return [{ action: `logs:${name}`, resource: arnOf(read(input).logGroupName), context: {} }];
    },
    handle: async ({ input }) => ({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify(filterLogEvents(groups, read(input)))),
    }),
    write: groups.write,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};

const read = (input: unknown): FilterInput => {
  const parsed = z.safeParse(FilterInput, input);
  if (parsed.success) return parsed.data;
  const message = `What the local cloud does not take: ${z.prettifyError(parsed.error)}`;
  throw new AwsError('InvalidParameterException', message);
};
