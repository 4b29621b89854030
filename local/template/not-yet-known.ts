/** What a resource names is known only once another one has run. */
export class NotYetKnown extends Error {}

/** What is read, or nothing while it is not known yet. */
export const unlessUnknown = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotYetKnown) return undefined;
    throw error;
  }
};
