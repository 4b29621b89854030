/** A message as its receiver's client hands it over. */
type Incoming = {
  id: string;
  body: string;
  /** Tells the server that it has been taken over. */
  ack: () => void;
};

/** Who writes to one other, and that other, each on a connection of their own. */
export type Pair = {
  /** Resolves when the server has accepted it. */
  send: (id: string, body: string) => Promise<void>;
  /** Hears all that comes, from now on. */
  onMessage: (handler: (message: Incoming) => void) => void;
};

/** A messaging server that runs, in processes of its own. */
export type Peer = AsyncDisposable & {
  name: string;
  /** What it means to have accepted a message. */
  accepts: string;
  /** The process above all that the server needs. */
  pid: number;
  newId: () => string;
  /** A body as its messages carry one. */
  encode: (bytes: Buffer) => string;
  /** Makes accounts for so many pairs, and connects both ends of each. */
  connect: (pairs: number) => Promise<Pair[]>;
};
