import { createHash } from 'node:crypto';

/**
 * The ARN of a secret ends with six random characters, which tell it from a later one of the same name. Here they
 * follow from the name, so that the template knows them before the secret exists.
 */
export const secretArn = ({ region, account }: { region: string; account: string }, name: string): string => {
  const suffix = createHash('sha256')
    .update(name)
    .digest('base64')
    .replaceAll(/[^a-z]/gi, '');
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix.slice(0, 6)}`;
};
