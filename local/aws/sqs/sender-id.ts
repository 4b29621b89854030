import { createHash } from 'node:crypto';

/**
 * Whom a message's SenderId names: for a role's session the id of the role and the name of the session, as the SQS API
 * Reference says ("ReceiveMessage"); such ids are made up here.
 */
export const senderId = ({ arn }: { arn: string }): string => {
  const [, role, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  return role === undefined ? idOf('AIDA', arn) : `${idOf('AROA', role)}:${session ?? ''}`;
};

/** IAM's ids are 21 characters of a prefix for their kind and of digits and capitals. */
const idOf = (prefix: string, name: string): string =>
  `${prefix}${createHash('sha256').update(name).digest('hex').toUpperCase().slice(0, 17)}`;
