import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { Fault, type FaultInput, parseFaults } from './fault.ts';

/** The faults that a cloud starts with; without a seed, one is made up. */
export type FaultPlan = { seed?: number | undefined; faults?: readonly FaultInput[] | undefined };

const FaultFile = z.strictObject(
  { seed: z.optional(z.int().check(z.gte(0))), faults: z.array(Fault) },
  {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys' ? `${String(keys)} is unknown: a file has "seed" and "faults"` : undefined,
  },
);

/** Reads `{ "seed": 42, "faults": [ … ] }`. Throws in one sentence with all that is wrong with the file. */
export const readFaults = async (path: string): Promise<FaultPlan> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`The file of faults ${path} cannot be read: ${String(error)}`);
  });
  return parseFaults(FaultFile, parseJson(text, path), `The file of faults ${path}`);
};

const parseJson = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The file of faults ${path} is not JSON: ${String(error)}`, { cause: error });
  }
};
