import { expect, test } from 'vitest';
import { explain } from '../../../scripts/ops/explain.ts';

test.each([
  ['Region is missing', 'Set AWS_REGION'],
  ['Could not load credentials from any providers', 'Set AWS_PROFILE'],
  ['The security token included in the request is invalid.', 'npm start prints those of the local cloud'],
  ['connect ECONNREFUSED 127.0.0.1:4467', 'AWS_ENDPOINT_URL'],
  ['User: x is not authorized to perform: logs:FilterLogEvents', 'docs/operate.md'],
])('what AWS says is told with its remedy: %s', (said, remedy) => {
  const told = explain(new Error(said));
  expect(told.startsWith(`${said.replace(/\.$/, '')}. `)).toBe(true);
  expect(told).toContain(remedy);
});

test('what nobody knows a remedy for is told as it is', () => {
  expect(explain(new Error('There is no account x.'))).toBe('There is no account x.');
});
