import { AwsError } from '../errors.ts';
import { codeOf } from './errors.ts';

type Failed = { Id: string; SenderFault: boolean; Code: string; Message: string };

const tooMany = 'Maximum number of entries per request are 10.';

/**
 * Does the same with each entry, which stands or falls alone. Throws what SQS answers to a batch that it does not take
 * as a whole (SQS API Reference, "SendMessageBatch").
 */
export const forEachEntry = <E extends { Id: string }, R extends object>(
  entries: readonly E[],
  work: (entry: E) => R,
): { Successful: (R & { Id: string })[]; Failed: Failed[] } => {
  const ids = entries.map(({ Id }) => Id);
  if (ids.length === 0) throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (ids.length > 10) throw new AwsError('TooManyEntriesInBatchRequest', `${tooMany} You have sent ${ids.length}.`);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`);
  const bad = ids.find((id) => !/^[\w-]{1,80}$/.test(id));
  if (bad !== undefined) {
    const wanted = 'can only contain alphanumeric characters, hyphens and underscores, at most 80';
    throw new AwsError('InvalidBatchEntryId', `A batch entry id ${wanted}: ${JSON.stringify(bad)}.`);
  }

  const Successful: (R & { Id: string })[] = [];
  const Failed: Failed[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ ...work(entry), Id: entry.Id });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const SenderFault = error.status < 500;
      Failed.push({ Id: entry.Id, SenderFault, Code: codeOf(error), Message: error.message });
    }
  }
  return { Successful, Failed };
};
