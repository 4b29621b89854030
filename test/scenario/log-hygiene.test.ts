import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { editApp } from '../fixtures/edited-app.ts';
import { meetPhones, messageTo, send } from '../fixtures/mail.ts';
import { startTestCloud } from '../fixtures/world.ts';

/** A function that does the same and, besides, writes down each event that it gets. */
const planted = (bundle: string): string =>
  bundle.replace(
    /export\s*\{\s*([\w$]+) as handler\s*\}/,
    (_, handler: string) => `
      const leaking = (event, context) => {
        process.stdout.write(JSON.stringify(event) + '\\n');
        return ${handler}(event, context);
      };
      export { leaking as handler };`,
  );

/** Plants the leak in every function of a copy of the app. */
const plantLeaks = async () => {
  const edited = await editApp((template) => template);
  const assets = (await readdir(edited.app)).filter((name) => name.startsWith('asset.') && !name.includes('.json'));
  for (const asset of assets) {
    const file = join(edited.app, asset, 'index.mjs');
    const bundle = await readFile(file, 'utf8');
    expect(planted(bundle)).not.toBe(bundle);
    await writeFile(file, planted(bundle));
  }
  return edited;
};

test('a test in whose cloud functions write down what they get fails, and says what stands in the log', async () => {
  await using edited = await plantLeaks();
  const cloud = await startTestCloud({ app: edited.app });
  await using met = await meetPhones(cloud.endpoint);
  await send(met.phone, messageTo(met.ben, 'what nobody else may read'));

  const end = async () => {
    await cloud[Symbol.asyncDispose]();
  };
  const told = await end().then(String, String);

  for (const leak of [
    'an account, as in the address of a device',
    'the network address of somebody',
    'a connect token',
    'a key, a hash, a signature or a ciphertext',
    'a body',
  ]) {
    expect(told).toContain(leak);
  }
});
