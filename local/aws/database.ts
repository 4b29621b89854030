import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

type DatabaseOptions = {
  /** The folder for the data; in memory without one. */
  data: string | undefined;
  /** The name of the file in it, without the ending. */
  name: string;
  /** The statements that create the tables where they are missing. */
  schema: string;
};

/** Opens a database whose committed transactions outlive the process, however it ends. */
export const openDatabase = ({ data, name, schema }: DatabaseOptions): DatabaseSync => {
  if (data !== undefined) mkdirSync(data, { recursive: true });
  const database = new DatabaseSync(data === undefined ? ':memory:' : join(data, `${name}.sqlite`));
  // What is written is with the operating system at once, so only its own crash could lose the last of it.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  database.exec(schema);
  return database;
};

/** Commits all that the work does, or nothing of it when it throws. */
export const transact = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
};
