import * as computers from './computer-actions.ts';
import type { Draw } from '../draw.ts';
import * as hostile from './hostile-actions.ts';
import * as phones from './phone-actions.ts';
import * as recoveries from './recovery-actions.ts';
import type { Scene } from './scene.ts';

export type Action = { name: string; weight: number; act: (scene: Scene, draw: Draw) => Promise<void> };

const seconds = 1000;
/** Up to: still scannable; no more; no more decidable; a guest's end, and a statement's; no more collectable. */
const moves = [
  { weight: 5, by: 20 * seconds },
  { weight: 5, by: 61 * seconds },
  { weight: 4, by: 181 * seconds },
  { weight: 2, by: 301 * seconds },
  { weight: 1, by: 601 * seconds },
] as const;

const wait: Action['act'] = async ({ advance, journal }, draw) => {
  const { by } = draw.weighted(moves);
  journal.note(`${by / seconds} s go by`);
  await advance(by);
};

/** What may happen, and how often as compared to the rest. */
export const actions: readonly [Action, ...Action[]] = [
  { name: 'link', weight: 9, act: phones.link },
  { name: 'open', weight: 6, act: computers.open },
  { name: 'scan', weight: 9, act: phones.scan },
  { name: 'approve', weight: 10, act: phones.approve },
  { name: 'approve twice', weight: 4, act: phones.approveTwice },
  { name: 'collide', weight: 12, act: phones.collide },
  { name: 'race', weight: 3, act: phones.race },
  { name: 'approve late', weight: 2, act: phones.approveLate },
  { name: 'approve wrongly', weight: 3, act: phones.approveWrongly },
  { name: 'deny', weight: 4, act: phones.deny },
  { name: 'collect', weight: 7, act: computers.collectCode },
  { name: 'cancel', weight: 3, act: computers.cancel },
  { name: 'connect', weight: 5, act: computers.connect },
  { name: 'connect twice', weight: 2, act: computers.connectTwice },
  { name: 'leave', weight: 3, act: computers.leave },
  { name: 'overreach', weight: 2, act: computers.overreach },
  { name: 'computer dies', weight: 3, act: computers.die },
  { name: 'phone dies', weight: 2, act: phones.die },
  { name: 'update', weight: 6, act: phones.update },
  { name: 'recover', weight: 3, act: recoveries.recover },
  { name: 'former phone', weight: 4, act: recoveries.formerPhone },
  { name: 'usurp', weight: 2, act: recoveries.usurp },
  { name: 'impersonate', weight: 7, act: hostile.impersonate },
  { name: 'displace', weight: 3, act: hostile.displace },
  { name: 'guess', weight: 2, act: hostile.guess },
  { name: 'forge', weight: 3, act: hostile.forge },
  { name: 'pose', weight: 2, act: hostile.pose },
  { name: 'wait', weight: 5, act: wait },
];

/** The end of some histories, together with what else happens then. */
export const deletion: Action = { name: 'delete', weight: 0, act: phones.deleteAccount };
