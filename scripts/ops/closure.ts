import { isDeepStrictEqual } from 'node:util';
import { isDecided, openDirectory, type Operator, timeOf } from './operator.ts';
import { currentThrottle, deployedThrottle, setThrottle, type Throttle } from './throttle.ts';

const tenthOf = ({ rate, burst }: Throttle): Throttle => ({ rate: tenth(rate), burst: tenth(burst) });
const tenth = (limit: number): number => Math.max(1, Math.floor(limit / 10));

const inWords = ({ rate, burst }: Throttle): string =>
  `lets through ${rate} frames a second on a route, ${burst} at once`;

/** Since when registration is closed, and what the stage lets through; says both. */
const survey = async (operator: Operator) => {
  const [closure, throttle] = await Promise.all([openDirectory(operator).closure(), currentThrottle(operator)]);
  const registration = closure === undefined ? 'open' : `closed since ${timeOf(closure.at)}`;
  operator.say(`${operator.stack.name}: registration is ${registration}; the stage ${inWords(throttle)}.`);
  return { isClosed: closure !== undefined, throttle };
};

/** Takes no new accounts, and lets a tenth of the traffic through. */
export const closeStage = async (operator: Operator): Promise<void> => {
  const throttle = tenthOf(deployedThrottle(operator));
  await survey(operator);
  if (!isDecided(operator, `close registration, so that the stage ${inWords(throttle)}`)) return;
  await openDirectory(operator).closeRegistration({ at: operator.now() });
  await setThrottle(operator, throttle);
  operator.say(`Registration is closed; the stage ${inWords(throttle)}. Undo: open`);
};

/** Takes new accounts again, and lets through what the stage was deployed with. */
export const openStage = async (operator: Operator): Promise<void> => {
  const throttle = deployedThrottle(operator);
  const before = await survey(operator);
  if (!before.isClosed && isDeepStrictEqual(before.throttle, throttle)) return;
  if (!isDecided(operator, `open registration, so that the stage ${inWords(throttle)}`)) return;
  await setThrottle(operator, throttle);
  await openDirectory(operator).openRegistration();
  operator.say(`Registration is open; the stage ${inWords(throttle)}.`);
};
