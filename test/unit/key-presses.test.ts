import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ctrlC, onKeyPress } from '../../local/key-presses.ts';

/** A terminal at which a test presses keys, and the raw mode that it was last set to. */
const openTerminal = (isTTY = true) => {
  const keys = new PassThrough();
  const modes: boolean[] = [];
  const terminal = Object.assign(keys, { isTTY, setRawMode: (raw: boolean) => void modes.push(raw) });
  const press = async (text: string) => {
    keys.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { terminal, press, modes };
};

test('a key calls back at once, without Enter; Ctrl-C is one too, any other does nothing', async () => {
  const { terminal, press, modes } = openTerminal();
  const pressed: string[] = [];
  using _keys = onKeyPress({ m: () => pressed.push('m'), [ctrlC]: () => pressed.push('Ctrl-C') }, terminal);
  expect(modes).toEqual([true]);
  await press('m');
  await press('x');
  await press('\u0003');
  expect(pressed).toEqual(['m', 'Ctrl-C']);
});

test('keys that arrive together are all heard', async () => {
  const { terminal, press } = openTerminal();
  const pressed: string[] = [];
  using _keys = onKeyPress({ m: () => pressed.push('m'), [ctrlC]: () => pressed.push('Ctrl-C') }, terminal);
  await press('mm\u0003');
  expect(pressed).toEqual(['m', 'm', 'Ctrl-C']);
});

test('afterwards the terminal is as it was, and keeps nobody waiting', async () => {
  const { terminal, press, modes } = openTerminal();
  const pressed: string[] = [];
  const keys = onKeyPress({ m: () => pressed.push('m') }, terminal);
  keys[Symbol.dispose]();
  await press('m');
  expect(pressed).toEqual([]);
  expect(modes).toEqual([true, false]);
  expect(terminal.isPaused()).toBe(true);
});

test('without a terminal nothing is read', async () => {
  const { terminal, press, modes } = openTerminal(false);
  const pressed: string[] = [];
  using _keys = onKeyPress({ m: () => pressed.push('m') }, terminal);
  await press('m');
  expect([pressed, modes]).toEqual([[], []]);
});
