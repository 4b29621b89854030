/** Calls back when a key is pressed in the terminal of this process; does nothing without a terminal. */
export const onKeyPress = (keys: Readonly<Record<string, () => void>>): Disposable => {
  const { stdin } = process;
  if (!stdin.isTTY) return { [Symbol.dispose]: () => undefined };
  const hear = (pressed: Buffer) => keys[pressed.toString()]?.();
  // Keys come one by one, not by the line; Ctrl-C then is a key like any other.
  stdin.setRawMode(true).on('data', hear).resume();
  return {
    [Symbol.dispose]: () => {
      stdin.off('data', hear).setRawMode(false).pause();
    },
  };
};

export const ctrlC = '\u0003';
