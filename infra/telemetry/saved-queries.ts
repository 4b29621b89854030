import { QueryDefinition, QueryString, type QueryStringProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AlarmName } from './alarm-specs.ts';
import type { Observed } from './observed.ts';

type Functions = keyof Observed['functions'];
type SavedQuery = { of: readonly Functions[] | 'all'; query: QueryStringProps };

/** Several values of one metric in an invocation are a list, whose members CloudWatch calls `name.0` and so on. */
const first = (metric: string): string => `coalesce(${metric}, ${metric}.0)`;

const who = ['@timestamp', 'function', 'method', 'what', 'error.name', 'request', 'trace'];
const lately = { sort: '@timestamp desc', limit: 200 };
/** What a function says of itself, and what Lambda says of one that crashed or was late. */
const failed = 'code = "internal" or ispresent(what) or @message like /Task timed out|Runtime\\.|"status":"error"/';

/** Of each alarm, what to look at first. docs/runbook.md says how to read it. */
const queries: Record<AlarmName | 'message', SavedQuery> = {
  'slow-acknowledgements': {
    of: ['relay'],
    query: {
      fields: ['@timestamp', `${first('AckLatency')} as milliseconds`, 'method', 'device', 'request'],
      filterStatements: ['milliseconds >= 5000'],
      sort: 'milliseconds desc',
      limit: 200,
    },
  },
  'undelivered-mail': {
    of: ['deadline'],
    query: {
      fields: ['@timestamp', `${first('UndeliveredAge')} as milliseconds`, 'devices.0', 'traces.0', 'request'],
      filterStatements: ['ispresent(milliseconds)'],
      sort: 'milliseconds desc',
      limit: 200,
    },
  },
  'failing-calls': { of: 'all', query: { fields: [...who, '@message'], filterStatements: [failed], ...lately } },
  'refused-connections': {
    of: ['authorize', 'connection'],
    query: {
      filterStatements: ['ispresent(Denials)'],
      statsStatements: ['sum(Denials) as refused by code, bin(5m)'],
    },
  },
  'throttled-functions': {
    of: 'all',
    query: {
      filterStatements: ['ispresent(function)'],
      statsStatements: ['count(*) as invocations by function, method, bin(1m)'],
      sort: 'invocations desc',
    },
  },
  'throttled-tables': {
    of: 'all',
    query: {
      filterStatements: ['ispresent(function)'],
      statsStatements: ['count(*) as invocations by function, method, bin(5m)'],
      sort: 'invocations desc',
    },
  },
  'failing-wake-ups': {
    of: ['notifier'],
    query: {
      fields: ['@timestamp', 'Outcome', 'error.name', 'devices.0', 'traces.0', '@message'],
      filterStatements: ['Outcome = "failed" or ispresent(what)'],
      ...lately,
    },
  },
  'dead-letters': {
    of: ['close', 'deadline', 'notifier', 'upkeep'],
    query: { fields: [...who, '@message'], filterStatements: [failed], ...lately },
  },
  cost: {
    of: 'all',
    query: {
      filterStatements: ['ispresent(function)'],
      statsStatements: ['count(*) as invocations, sum(strlen(@message)) as bytes by function, method'],
      sort: 'invocations desc',
    },
  },
  /** What befell a message: its id goes into the filter. */
  message: {
    of: 'all',
    query: {
      fields: ['@timestamp', 'function', 'method', 'device', 'trace', '@message'],
      filterStatements: ['@message like /00000000-0000-7000-8000-000000000000/'],
      sort: '@timestamp asc',
    },
  },
};

/** Queries of Logs Insights, in a folder named after the stack. */
export class SavedQueries extends Construct {
  readonly definitions: QueryDefinition[];

  constructor(scope: Construct, id: string, { name, functions }: { name: string; functions: Observed['functions'] }) {
    super(scope, id);
    const groups = (of: SavedQuery['of']) =>
      Object.entries(functions)
        .filter(([name]) => of === 'all' || of.some((one) => one === name))
        .map(([, lambda]) => lambda.logGroup);
    this.definitions = Object.entries(queries).map(
      ([anchor, { of, query }]) =>
        new QueryDefinition(this, anchor, {
          queryDefinitionName: `${name}/${anchor}`,
          queryString: new QueryString(query),
          logGroups: groups(of),
        }),
    );
  }
}
