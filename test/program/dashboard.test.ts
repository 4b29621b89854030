import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cloud, runningClock } from '#local';
import { runLoad } from '../../demo/load/run-load.ts';
import { secrets, settings } from '../../demo/load/troubled-cloud.ts';
import { Drawing } from '../../local/metrics/index.ts';
import { startWindow } from '../../local/window/index.ts';
import { browserPath, launchBrowser } from '../fixtures/browser.ts';
import { delivered, meetPhones, messageTo, send } from '../fixtures/mail.ts';
import { startApp } from '../fixtures/stage.ts';
import { connectDevice } from '../fixtures/wire.ts';
import { startTestCloud } from '../fixtures/world.ts';

const minute = 60_000;
const running = new AsyncDisposableStack();
const clock = runningClock();
let cloud: Cloud;
let url: string;

const drawing = async (): Promise<Drawing> => {
  const response = await fetch(new URL('dashboard.json', url));
  return Drawing.parse(await response.json());
};
const graphs = async () => (await drawing()).widgets.flatMap((widget) => (widget.kind === 'graph' ? [widget] : []));
/** The titles of the graphs with nothing but zeros in them, or nothing at all. */
const empty = async () =>
  (await graphs()).filter(({ lines }) => !lines.some(({ values }) => values.some(Number))).map(({ title }) => title);

beforeAll(async () => {
  const folder = running.use(await mkdtempDisposable(join(tmpdir(), 'tandem-dashboard-')));
  const file = join(folder.path, 'secrets.json');
  await writeFile(file, secrets);
  const { app } = running.use(await startApp(settings));
  app.synth();
  cloud = running.use(await startTestCloud({ app: app.outdir, secrets: file, clock }));
  url = running.use(await startWindow(cloud, [0])).url;
});
afterAll(() => running.disposeAsync());

/** Work that cannot be done is tried five times, a minute apart, and ends in the dead letters. */
const giveUpWork = async (): Promise<void> => {
  const [queue, deadLetters] = ['NoticesQueue', 'NoticesDeadLetters'].map((part) =>
    cloud.aws.queues.all.find(({ config }) => config.name.includes(part)),
  );
  queue?.send({ body: 'no notice', attributes: {}, sender: 'a test' });
  await expect
    .poll(() => clock.advance(minute).then(() => deadLetters?.count().visible), { timeout: 60_000, interval: 300 })
    .toBe(1);
};

/** A device that gets mail and does not say so, until it is taken for dead. */
const leaveMailAlone = async (): Promise<void> => {
  await using people = await meetPhones(cloud.endpoint, clock.now());
  await using ben = await connectDevice(cloud.endpoint, people.ben.phone, clock.now());
  await send(people.phone, messageTo(people.ben));
  await delivered(ben);
  await clock.advance(minute / 2);
  await delivered(ben);
  await clock.advance(minute / 2);
};

test('under load every graph has data', { timeout: 180_000 }, async () => {
  cloud.faults.add({ kind: 'error', service: 'dynamodb', operation: '*', error: 'ThrottlingException', rate: 0.01 });
  cloud.faults.add({ kind: 'crash', function: '*relay*', within: 1, times: 2 });
  await giveUpWork();
  await runLoad(cloud.endpoint, 10);
  await leaveMailAlone();
  await expect.poll(empty, { timeout: 20_000 }).toEqual([]);
});

type Card = { title: string; drawn: boolean; fits: boolean };

/** Whether a card has lines in it, which unlike axes and their texts are not grey, and no more text than it has room for. */
const inspect = `(card) => {
  const canvas = card.querySelector('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let colored = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = data.subarray(i, i + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) colored += 1;
  }
  const parts = [...card.querySelectorAll('h3, .plot, .legend')];
  const fits = parts.every((part) => part.scrollWidth <= part.clientWidth) && card.scrollHeight <= card.clientHeight;
  return { title: card.querySelector('h3').textContent, drawn: colored > 50, fits };
}`;

describe.skipIf(browserPath === undefined)('in a browser', () => {
  test('every graph is drawn, within its card, and nothing is refused by the page’s own policy', async () => {
    await using profile = await mkdtempDisposable(join(tmpdir(), 'tandem-browser-'));
    const context = await launchBrowser(profile.path);
    await using _context = { [Symbol.asyncDispose]: () => context.close() };
    const page = await context.newPage();
    await page.setViewportSize({ width: 1600, height: 1200 });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(new URL('dashboard', url).href);
    await page.locator('.plot canvas').nth(15).waitFor();
    expect(await page.locator('.graph').count()).toBe(16);
    expect(await page.locator('#dashboard h2').allTextContents()).toEqual([
      'Is it up?',
      'Is mail flowing?',
      'What hurts?',
      'What does it cost?',
    ]);

    const cards = await page.evaluate<Card[]>(`[...document.querySelectorAll('.graph')].map(${inspect})`);
    expect(cards.filter(({ drawn, fits }) => !drawn || !fits)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
