/** What a terminal's input is used for. */
export type Terminal = {
  isTTY: boolean;
  setRawMode: (raw: boolean) => unknown;
  on: (event: 'data', hear: (pressed: Buffer) => void) => unknown;
  off: (event: 'data', hear: (pressed: Buffer) => void) => unknown;
  resume: () => unknown;
  pause: () => unknown;
};

/** Calls back when a key is pressed in a terminal, by default this process's; does nothing where there is none. */
export const onKeyPress = (
  keys: Readonly<Record<string, () => void>>,
  terminal: Terminal = process.stdin,
): Disposable => {
  if (!terminal.isTTY) return { [Symbol.dispose]: () => undefined };
  // Several, when they were pressed while we were busy.
  const hear = (pressed: Buffer) => {
    for (const key of pressed.toString()) keys[key]?.();
  };
  // Keys come one by one, not by the line; Ctrl-C then is a key like any other.
  terminal.setRawMode(true);
  terminal.on('data', hear);
  terminal.resume();
  return {
    [Symbol.dispose]: () => {
      terminal.off('data', hear);
      terminal.setRawMode(false);
      terminal.pause();
    },
  };
};

export const ctrlC = '\u0003';
