import { methods } from '#protocol';
import { checkAnswers, checkSealed } from './answer-invariants.ts';
import type { Evidence } from './evidence.ts';
import { chainsOf, checkDevices } from './list-invariants.ts';
import { additionsOf, checkLinking } from './linking-invariants.ts';

/** What must hold after every history, whatever went wrong in it; in sentences, what does not. */
export const checkInvariants = async (evidence: Evidence): Promise<string[]> => {
  const chains = await chainsOf(evidence);
  return [
    ...checkHostile(evidence),
    ...[...chains.values()].flatMap(({ wrong }) => wrong),
    ...[...evidence.accounts].flatMap(([account, state]) => checkDevices(evidence, account, state)),
    ...checkLinking(evidence, chains),
    ...checkSealed(evidence),
    ...checkAnswers(evidence),
  ];
};

/** What no rule allows, and what does not even fit the protocol, is not done. */
const checkHostile = ({ asks }: Evidence): string[] =>
  asks
    .filter(({ hostile, method, params }) => hostile || !methods[method].params.safeParse(params).success)
    .filter(({ outcome }) => outcome.kind === 'done')
    .map(({ by, method }) => `${method} of ${by} must not be done`);

/** How many devices were linked by pairings, with which they may have been unlinked since. */
export const countLinked = async (evidence: Evidence): Promise<number> => additionsOf(await chainsOf(evidence)).length;
