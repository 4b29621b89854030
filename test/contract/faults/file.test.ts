/** What a file of faults may say, and what is told when it is wrong. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFaults } from '../../../local/faults/index.ts';

const inFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'tandem-faults-'));
  const write = async (content: unknown) => {
    const file = join(path, 'faults.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true, maxRetries: 5 }) };
};

const crash = { kind: 'crash', function: '*', within: 5 };

test('a file has a seed and faults, whose defaults are filled in', async () => {
  await using folder = await inFolder();
  expect(await readFaults(await folder.write({ seed: 42, faults: [crash] }))).toEqual({
    seed: 42,
    faults: [{ ...crash, rate: 1 }],
  });
  expect(await readFaults(await folder.write({ faults: [] }))).toEqual({ faults: [] });
});

test.each([
  ['no JSON', '{ "seed": 1', /^The file of faults .*faults\.json is not JSON: SyntaxError/],
  ['no object', [], /faults\.json: Invalid input: expected object, received array\.$/],
  ['another field', { sed: 1, faults: [] }, /: sed is unknown: a file has "seed" and "faults"\.$/],
  ['a broken seed', { seed: 1.5, faults: [] }, /: seed: Invalid input: expected int, received number\.$/],
  ['no faults', { seed: 1 }, /: faults: Invalid input: expected array, received undefined\.$/],
  [
    'another kind',
    { faults: [{ kind: 'latncy' }] },
    /: faults\[0\]\.kind: Invalid discriminator value\. Expected 'error' \| 'latency' \| 'lost-response' \| .*'post-failure'\.$/,
  ],
  [
    'another field of a fault',
    { faults: [crash, { ...crash, withn: 5 }] },
    /: faults\[1\]: withn is no field of it: these are kind, function, within, rate, times\.$/,
  ],
  ['a rate above 1', { faults: [{ ...crash, rate: 2 }] }, /: faults\[0\]\.rate: Too big: expected number to be <=1\.$/],
  ['no time at all', { faults: [{ ...crash, times: 0 }] }, /: faults\[0\]\.times: Too small: expected .* >=1\.$/],
  [
    'staleness of more than a second',
    { faults: [{ kind: 'stale-read', milliseconds: 1001 }] },
    /: faults\[0\]\.milliseconds: Too big: expected number to be <=1000\.$/,
  ],
  [
    'another status of a post',
    { faults: [{ kind: 'post-failure', status: 404 }] },
    /: faults\[0\]\.status: Invalid option: expected one of 410\|429\|500\|503\.$/,
  ],
  [
    'another operation',
    { faults: [{ kind: 'unprocessed', operation: 'Scan' }] },
    /: faults\[0\]\.operation: Invalid option: expected one of "BatchWriteItem"\|"BatchGetItem"\.$/,
  ],
  [
    'a 99th percentile below the median',
    { faults: [{ kind: 'latency', service: '*', operation: '*', median: 5, p99: 4 }] },
    /: faults\[0\]\.p99: must not be less than the median\.$/,
  ],
])('%s is told in a sentence, with where it is and what is allowed', async (_what, content, message) => {
  await using folder = await inFolder();
  await expect(readFaults(await folder.write(content))).rejects.toThrow(message);
});
