import { expect, test } from 'vitest';
import { openJournal } from '../../../local/window/journal.ts';

const started = (requestId: string) =>
  ({ kind: 'started', requestId, trace: 't', function: 'relay', event: { secret: 'what people write' } }) as const;
const line = (requestId: string, text: string) =>
  ({ function: 'relay', requestId, source: 'stdout', line: text }) as const;

test('the latest invocations come first, each with its lines and its end', () => {
  const journal = openJournal(() => 7);
  journal.note(started('a'));
  journal.write(line('a', 'hello'));
  journal.note(started('b'));
  const result = { error: 'timeout', message: 'Task timed out' } as const;
  journal.note({ kind: 'ended', requestId: 'a', function: 'relay', result, duration: 3, init: 80, memory: 128 });
  expect(journal.entries()).toEqual([
    { requestId: 'b', function: 'relay', cause: '(direct)', at: 7, lines: [] },
    {
      requestId: 'a',
      function: 'relay',
      cause: '(direct)',
      at: 7,
      ended: { duration: 3, init: 80, error: 'Task timed out' },
      lines: ['hello'],
    },
  ]);
});

test('it forgets the oldest of more than a hundred, and what comes for it later', () => {
  const journal = openJournal(() => 7);
  for (let count = 0; count <= 100; count += 1) journal.note(started(String(count)));
  journal.write(line('0', 'too late'));
  const entries = journal.entries();
  expect(entries).toHaveLength(100);
  expect(entries.at(-1)?.requestId).toBe('1');
});

test('it keeps the first fifty lines of an invocation', () => {
  const journal = openJournal(() => 7);
  journal.note(started('a'));
  for (let count = 1; count <= 60; count += 1) journal.write(line('a', String(count)));
  journal.write({ source: 'gateway', line: 'of nobody' });
  expect(journal.entries()[0]?.lines).toEqual(Array.from({ length: 50 }, (_, index) => String(index + 1)));
});

test('it never keeps what an invocation was given', () => {
  const journal = openJournal(() => 7);
  journal.note(started('a'));
  expect(JSON.stringify(journal.entries())).not.toContain('what people write');
});
