import { limits, type MessageId, messageTime } from '#protocol';
import { OpsError } from './ops-error.ts';
import { type Operator, timeOf } from './operator.ts';
import { type LogLine, searchLogs } from './search-logs.ts';

/** For CloudWatch alone. */
const unread: ReadonlySet<string> = new Set(['_aws', 'Stage']);

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Of a line that is about many messages, how many; the ids of the others are none of the question. */
const describe = ({ at, line }: LogLine): string => {
  const { function: name = '', method = '', messages = [], ...others } = line;
  const fields = Object.entries(others).filter(([key]) => !unread.has(key));
  const batch = messages.length > 1 ? [`messages=${messages.length}`] : [];
  const words = [...batch, ...fields.map(([key, value]) => `${key}=${inWords(value)}`)];
  return [timeOf(at), name.padEnd(9), method.padEnd(10), ...words].join(' ').trimEnd();
};

/**
 * What the functions logged of a message: the lines that name it, from its frame to its acknowledgement, and those of
 * the same trace, as of a wake-up. Its id says from when on to look.
 */
export const trace = async (operator: Operator, message: MessageId): Promise<void> => {
  const from = messageTime(message) - limits.messageLead;
  const named = await searchLogs(operator, message, from);
  const traces = new Set(named.flatMap(({ line }) => line.trace ?? []));
  const followed = await Promise.all([...traces].map((id) => searchLogs(operator, id, from)));
  const lines = new Map([...named, ...followed.flat()].map((found) => [found.id, found]));
  if (lines.size === 0) {
    const where = `No log of ${operator.stack.name} names the message ${message}, from ${timeOf(from)} on`;
    throw new OpsError(`${where}: is it of this stage, and younger than the logs (tandem.logRetentionDays)?`);
  }
  for (const found of [...lines.values()].toSorted((one, other) => one.at - other.at)) operator.say(describe(found));
};
