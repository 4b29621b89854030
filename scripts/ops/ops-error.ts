/** Why something could not be done, and what to do about it, for whoever has typed the command. */
export class OpsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OpsError';
  }
}
