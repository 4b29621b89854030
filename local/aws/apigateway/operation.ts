import type { AccessRequest } from '../iam/index.ts';

export type RestOperation = {
  /** The permissions that it needs. Throws for an input that it does not take. */
  actions: (input: unknown) => AccessRequest[];
  run: (input: unknown) => object;
};

/** By method and path, as in `GET /account`. */
export type RestOperations = { operations: Readonly<Record<string, RestOperation>> };
