import * as z from 'zod/mini';
import { AccountId } from './addresses.ts';

/** What a contact link or its QR code says: an account, and the cloud where it is found. */
export const ContactCode = z.object({ endpoint: z.url({ protocol: /^wss?$/ }), account: AccountId });
export type ContactCode = z.infer<typeof ContactCode>;

/** `tandem:contact?v=1&e=<endpoint>&a=<account>` */
export const formatContactCode = ({ endpoint, account }: ContactCode): string =>
  `tandem:contact?${new URLSearchParams({ v: '1', e: endpoint, a: account }).toString()}`;

export type ParsedContactCode = { ok: true; code: ContactCode } | { ok: false; reason: string };

/** Reads a contact link; says why when it is not one of ours. */
export const parseContactCode = (text: string): ParsedContactCode => {
  const match = /^tandem:contact\?(.*)$/s.exec(text.trim());
  if (match === null) return { ok: false, reason: 'not a Tandem contact link' };
  const query = new URLSearchParams(match[1]);
  if (query.get('v') !== '1') {
    return { ok: false, reason: `contact link version ${query.get('v')}: update this application` };
  }
  const code = ContactCode.safeParse({ endpoint: query.get('e'), account: query.get('a') });
  if (code.success) return { ok: true, code: code.data };
  return { ok: false, reason: `incomplete or damaged contact link: ${code.error.issues[0]?.path.join('.')}` };
};
