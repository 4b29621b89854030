import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readCommandLine } from '../../../scripts/ops/command-line.ts';

const message = '0198c2f0-0000-7000-8000-000000000001';
const account = 'abcdefghijklmnopqrstuvwxyz234567';

test.each([
  [['trace', message], { kind: 'trace', message }],
  [['device', `${account}.12`], { kind: 'device', address: `${account}.12` }],
  [['dlq', 'redrive'], { kind: 'redrive', queue: undefined }],
  [['dlq', 'redrive', 'closing'], { kind: 'redrive', queue: 'closing' }],
  [['suspend', account], { kind: 'suspend', account }],
  [['suspend', account, '--undo'], { kind: 'reinstate', account }],
  [['close'], { kind: 'close' }],
  [['open'], { kind: 'open' }],
])('%j is a command', (given, command) => {
  expect(readCommandLine(given)).toEqual({ command, stage: 'dev', yes: false });
});

test('a stage other than dev is named, and what changes something is done only when told so', () => {
  expect(readCommandLine(['--stage', 'prod', 'close', '--yes'])).toMatchObject({ stage: 'prod', yes: true });
});

test.each([
  [[], 'There is no command'],
  [['restart'], 'restart is no command'],
  [['trace'], 'Expected the id of a message, a UUIDv7 in lower case, not ""'],
  [['trace', message.toUpperCase()], 'a UUIDv7 in lower case'],
  [['trace', message, message], 'Expected the id of a message'],
  [['device', account], 'Expected the address of a device, <account>.<number>'],
  [['suspend', `${account}.1`], 'Expected the id of an account'],
  [['dlq'], 'dlq redrive [QUEUE]'],
  [['dlq', 'purge'], 'dlq redrive [QUEUE]'],
  [['close', 'prod'], 'close takes nothing more, not prod'],
  [['open', '--undo'], '--undo goes with suspend'],
  [['close', '--yse'], "Unknown option '--yse'"],
])('%j is refused with what is wrong and the usage', (given, wrong) => {
  expect(() => readCommandLine(given)).toThrow(wrong);
  expect(() => readCommandLine(given)).toThrow(/\.\nUsage: npm run ops -- COMMAND/);
});

test('docs/operate.md shows the usage as it is', async () => {
  const page = await readFile('docs/operate.md', 'utf8');
  const [, usage = ''] = /```text\n(Usage: .*?\n)```/s.exec(page) ?? [];
  expect(() => readCommandLine([])).toThrow(`There is no command.\n${usage.trimEnd()}`);
});
