import { expect, test } from 'vitest';
import { methodNames } from '#protocol';
import { editApp } from '../../fixtures/edited-app.ts';
import { fuzz } from './fuzz.ts';
import { generousRates } from '../generous.ts';

/** As the stack tells its functions the rates. */
const raised = (template: string): string =>
  Object.entries(generousRates).reduce(
    (text, [name, rate]) => text.replaceAll(new RegExp(`(\\\\"${name}\\\\"):\\d+`, 'g'), `$1:${rate}`),
    template,
  );

test('random frames get answers of the protocol, and bring down neither a function nor a neighbour', async () => {
  await using generous = await editApp(raised);
  const { findings, ...report } = await fuzz({ app: generous.app, frames: 240, seed: 1 });
  expect(findings).toEqual([]);
  expect(report).toMatchObject({ frames: 240, internal: 0, crashes: 0, closed: 0, wrong: 0 });
  // They got beyond the door, and the neighbours had something to lose.
  expect(Object.keys(report.outcomes).length).toBeGreaterThan(10);
  expect(report.outcomes['result']).toBeGreaterThan(methodNames.length);
  expect(report.turns).toBeGreaterThan(1);
}, 120_000);
