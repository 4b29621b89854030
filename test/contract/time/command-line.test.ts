import { expect, test } from 'vitest';
import { readCommandLine } from '../../../local/command-line.ts';

test('--ttl-lag is how many seconds what has expired stays, none without it', () => {
  expect(readCommandLine([])).toMatchObject({ timeToLiveLag: 0 });
  expect(readCommandLine(['--ttl-lag', '172800'])).toMatchObject({ timeToLiveLag: 172_800_000 });
});

test.each(['-1', '1.5', '2d', '31536001'])('--ttl-lag=%s is refused with what it may be', (lag) => {
  expect(readCommandLine([`--ttl-lag=${lag}`])).toEqual({
    wrong: expect.stringMatching(
      /^--ttl-lag \S+ is not a number of seconds from 0 to 31536000, which is a year\. Usage: /,
    ),
  });
});
