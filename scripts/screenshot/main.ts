/** `npm run screenshot`: plays a load for some minutes and takes docs/dashboard.png of its dashboard. Needs a Chromium. */
import { mkdtempDisposable, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { showLoad } from '../../demo/load/show-load.ts';

const file = 'docs/dashboard.png';
/** Work is given up after five attempts a minute apart, and dead letters are to be seen. */
const seconds = 400;

const takePicture = async (dashboard: string): Promise<void> => {
  await using browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage({ viewport: { width: 1600, height: 1200 }, colorScheme: 'light' });
  await wait((seconds - 10) * 1000);
  await page.goto(dashboard);
  await page.locator('.plot canvas').nth(15).waitFor();
  await page.screenshot({ path: file, fullPage: true });
};

await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-screenshot-'));
await showLoad({ folder: folder.path, seconds, watch: takePicture });
process.stdout.write(`${file}: ${Math.round((await stat(file)).size / 1000)} KB\n`);
