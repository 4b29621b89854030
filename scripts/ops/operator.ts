import { accountStore } from '../../functions/shared/directory/accounts.ts';
import { closureControls, closureStore } from '../../functions/shared/directory/closure.ts';
import { pushTokenStore } from '../../functions/shared/directory/push-tokens.ts';
import { suspensionStore } from '../../functions/shared/directory/suspensions.ts';
import type { Clients } from './clients.ts';
import type { Stack } from './stack.ts';

/** Who does something to a stage, and with what. */
export type Operator = {
  clients: Clients;
  stack: Stack;
  /** The stage's own name. */
  stage: string;
  /** Whether what would change is to be changed. */
  yes: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Takes a line of the answer. */
  say: (line: string) => void;
};

/** The `Directory` in the hands of an operator. */
export const openDirectory = ({ clients: { tables }, stack }: Operator) => {
  const table = stack.output('DirectoryTable');
  return {
    ...accountStore(tables, table),
    ...closureStore(tables, table),
    ...closureControls(tables, table),
    ...pushTokenStore(tables, table),
    ...suspensionStore(tables, table),
  };
};

/** Whether to go on with what changes something; says what it would be when not. */
export const isDecided = ({ yes, say }: Operator, what: string): boolean => {
  if (!yes) say(`This would ${what}. Nothing has been changed: add --yes to do it.`);
  return yes;
};

/** A time for people and for logs. */
export const timeOf = (at: number): string => new Date(at).toISOString();
