import { type AccountId, formatContactCode, parseContactCode } from '#protocol';
import type { Account } from './account.ts';
import { readEndpoint } from './endpoint.ts';
import { ClientError } from './errors.ts';

/** What others read to write to an account: a link, or the text of a QR code. */
export const contactLinkOf = ({ endpoint, account }: Pick<Account, 'endpoint' | 'account'>): string =>
  formatContactCode({ endpoint, account });

/** Whose contact link it is. @throws `code_unreadable`; `code_elsewhere` when that account is in another cloud */
export const readContact = (text: string, endpoint: string): AccountId => {
  const parsed = parseContactCode(text);
  if (!parsed.ok) throw new ClientError('code_unreadable', { details: parsed.reason });
  const { code } = parsed;
  if (readEndpoint(code.endpoint) !== readEndpoint(endpoint)) {
    throw new ClientError('code_elsewhere', { details: code.endpoint });
  }
  return code.account;
};
