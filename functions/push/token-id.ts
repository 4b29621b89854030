import { hash, type PushKind, type PushRegistration, utf8 } from '#protocol';

/** What a token of a kind is known by, without being told. */
export const tokenId = (kind: PushKind, token: string): string => hash(utf8(`${kind} ${token}`));

/** That of a registration's token, or of its subscription, which its URL names. */
export const tokenIdOf = (registration: PushRegistration): string =>
  tokenId(registration.kind, registration.kind === 'webpush' ? registration.subscription.endpoint : registration.token);
