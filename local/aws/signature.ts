import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './errors.ts';

const CREDENTIAL = /^AWS4-HMAC-SHA256 .*?\bCredential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\b/;

/**
 * Who calls which service, from the credential scope of a Signature Version 4 header. The signature itself is not
 * verified: the endpoint listens on the loopback interface only, and an access key id is a random secret of this run.
 */
export const readSignature = ({ authorization }: IncomingHttpHeaders): { accessKeyId: string; service: string } => {
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const [, accessKeyId, , service] = CREDENTIAL.exec(authorization) ?? [];
  if (accessKeyId === undefined || service === undefined) {
    const wanted = 'AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request';
    throw new AwsError('IncompleteSignatureException', `The Authorization header must begin with ${wanted}.`);
  }
  return { accessKeyId, service };
};
