import { cpus, release, totalmem, type as systemName } from 'node:os';

/** What a figure was measured on; memory in GB. */
export type Machine = { processor: string; cores: number; memory: number; system: string; node: string };

export const thisMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? process.arch,
  cores: cpus().length,
  memory: Math.round(totalmem() / 2 ** 30),
  system: `${systemName()} ${release()}`,
  node: process.versions.node,
});
