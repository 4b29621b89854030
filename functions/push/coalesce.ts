import type { Wake } from '../shared/directory/index.ts';

const second = 1000;
/** How long a push may take to go out; whoever took it on and has not said so by then has died. */
const patience = 30 * second;
/** How far apart urgent pushes are: one of less than that ago is still on its way. */
const spacing = 5 * second;

/** `askedAt`: when the mail was there already. */
type Asked = { urgent: boolean; askedAt: number; now: number };

/**
 * Whether a device need not be woken, because of what has been done since it was connected last: by one push, or one
 * that is going out, if the mail is not urgent; urgent mail wants an urgent push later than it, or of a moment ago.
 */
export const isCovered = (woken: Wake | undefined, { urgent, askedAt, now }: Asked): boolean => {
  if (woken === undefined) return false;
  if (!woken.done && woken.at <= now - patience) return false;
  return !urgent || (woken.urgent && (woken.at >= askedAt || woken.at > now - spacing));
};
