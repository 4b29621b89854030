import { ClientError } from './errors.ts';

/** The one spelling of an endpoint, by which a code's and an account's are compared. @throws `endpoint_invalid` */
export const readEndpoint = (text: string): string => {
  const url = URL.parse(text);
  if (url !== null && /^wss?:$/.test(url.protocol) && url.hash === '') return url.href;
  throw new ClientError('endpoint_invalid', { details: text });
};
