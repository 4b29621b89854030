import { expect, test } from 'vitest';
import { readCommandLine as readBench } from '../../bench/command-line.ts';
import { readCommandLine } from '../../local/command-line.ts';

test('without options it is for people, at the usual port, in the usual folder', () => {
  expect(readCommandLine([])).toMatchObject({
    json: false,
    port: 4466,
    windowPort: undefined,
    data: '.tandem',
    fresh: false,
  });
});

test('each option says what it says', () => {
  const given = ['--json', '--port', '0', '--window-port=8080', '--data', 'here', '--fresh'];
  expect(readCommandLine(given)).toMatchObject({ json: true, port: 0, windowPort: 8080, data: 'here', fresh: true });
  const settings = { 'tandem.stage': 'prod', 'tandem.host': 'a=b' };
  expect(readCommandLine(['-c', 'tandem.stage=prod', '--context', 'tandem.host=a=b'])).toMatchObject({ settings });
});

test.each([
  [['--prot', '0'], "Unknown option '--prot'"],
  [['extra'], "Unexpected argument 'extra'"],
  [['--port', 'http'], '--port http is not a number from 0 to 65534'],
  [['--port', '65535'], '--port 65535 is not a number from 0 to 65534'],
  [['--port', ''], '--port  is not a number from 0 to 65534'],
  [['--window-port', '-1'], "'--window-port'"],
  [['--window-port', '65536'], '--window-port 65536 is not a number from 0 to 65535'],
  [['--ttl-lag', '1.5'], '--ttl-lag 1.5 is not a number of seconds'],
  [['--data'], "'--data"],
  [['-c', 'tandem.stage'], '--context tandem.stage is not NAME=VALUE'],
  [['--json=yes'], "'--json'"],
])('%j is refused in one line that names it, with the usage', (given, named) => {
  const read = readCommandLine(given);
  if (!('wrong' in read)) throw new Error('it was taken');
  expect(read.wrong).toContain(named);
  expect(read.wrong).toMatch(/^.*[^.]\. Usage: npm start -- .*$/);
});

test('a bench is measured by its name, all of them without one', () => {
  const all = ['cost', 'cold', 'pairing', 'growth', 'profile', 'throughput', 'local'];
  expect(readBench([])).toEqual({ parts: all, json: false, write: false, beside: undefined });
  expect(readBench(['cold', '--json', '--write'])).toEqual({
    parts: ['cold'],
    json: true,
    write: true,
    beside: undefined,
  });
  expect(readBench(['throughput', '--beside', '../other'])).toMatchObject({ beside: '../other' });
});

test.each([
  [['speed'], 'There is no bench speed'],
  [['cost', '--jsno'], "Unknown option '--jsno'"],
  [['--write=x'], "'--write'"],
])('bench %j is refused in one line that names it, with the usage', (given, named) => {
  const read = readBench(given);
  if (!('wrong' in read)) throw new Error('it was taken');
  expect(read.wrong).toContain(named);
  expect(read.wrong).toMatch(/^.*[^.]\. Usage: npm run bench -- .*$/);
});
