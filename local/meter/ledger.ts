import { minus, noUsage, plus, type Usage } from './usage.ts';

/** On whose account something was used. */
export type Account = {
  /** A wire method, `$connect` and its like, or what else caused it, in brackets. */
  method: string;
  /** The function that used it; nothing for what the gateway does by itself. */
  function?: string | undefined;
};

/** Usage since the start, or since an earlier reading; plain JSON. The methods add up to the totals. */
export type Reading = {
  perMethod: Record<string, Usage>;
  perFunction: Record<string, Usage>;
  totals: Usage;
  /** How often each operation was called at the AWS endpoint, whatever came of it: `dynamodb PutItem`. */
  operations: Record<string, number>;
  /** The bytes of these calls and their answers, and those of the messages on connections; without any headers. */
  bytes: { aws: number; gateway: number };
};

export type Ledger = {
  add: (account: Account, usage: Partial<Usage>) => void;
  count: (operation: string) => void;
  carry: (by: keyof Reading['bytes'], bytes: number) => void;
  read: () => Reading;
};

export const openLedger = (): Ledger => {
  const methods = new Map<string, Usage>();
  const functions = new Map<string, Usage>();
  const operations = new Map<string, number>();
  const bytes = { aws: 0, gateway: 0 };
  return {
    add({ method, function: name }, usage) {
      increase(methods, method, usage);
      if (name !== undefined) increase(functions, name, usage);
    },
    count: (operation) => void operations.set(operation, (operations.get(operation) ?? 0) + 1),
    carry: (by, more) => void (bytes[by] += more),
    read: () => ({
      perMethod: Object.fromEntries(methods),
      perFunction: Object.fromEntries(functions),
      totals: [...methods.values()].reduce(plus, noUsage()),
      operations: Object.fromEntries(operations),
      bytes: { ...bytes },
    }),
  };
};

const increase = (rows: Map<string, Usage>, key: string, usage: Partial<Usage>): void => {
  rows.set(key, plus(rows.get(key) ?? noUsage(), usage));
};

/** What came between two readings; rows without any use are left out. */
export const between = (earlier: Reading, later: Reading): Reading => ({
  perMethod: difference(earlier.perMethod, later.perMethod),
  perFunction: difference(earlier.perFunction, later.perFunction),
  totals: minus(later.totals, earlier.totals),
  operations: Object.fromEntries(
    Object.entries(later.operations)
      .map(([name, count]): [string, number] => [name, count - (earlier.operations[name] ?? 0)])
      .filter(([, count]) => count > 0),
  ),
  bytes: { aws: later.bytes.aws - earlier.bytes.aws, gateway: later.bytes.gateway - earlier.bytes.gateway },
});

const difference = (earlier: Record<string, Usage>, later: Record<string, Usage>): Record<string, Usage> =>
  Object.fromEntries(
    Object.entries(later)
      .map(([key, usage]): [string, Usage] => [key, minus(usage, earlier[key] ?? noUsage())])
      .filter(([, usage]) => Object.values(usage).some((amount) => amount !== 0)),
  );
