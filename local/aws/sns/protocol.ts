import { queryProtocol } from '../query-protocol.ts';

const version = '2010-03-31';

export const protocol = queryProtocol({
  service: 'SNS',
  version,
  namespace: `http://sns.amazonaws.com/doc/${version}/`,
  accessDenied: 'AuthorizationError',
});
