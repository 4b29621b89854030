import { vi } from 'vitest';
import { createDirectory, type Directory } from '../../../functions/shared/directory/index.ts';
import { newAccount } from '../../fixtures/accounts.ts';
import { openDirectory } from '../../fixtures/operator.ts';
import { startRuledEngine } from '../../fixtures/ruled-engine.ts';
import { makeTable, makeTemplate, startTestAws } from '../aws/aws.fixture.ts';

/** The `Directory` as the functions use it, on the real engine behind rules that a test makes. */
export const startDirectory = async () => {
  await using starting = new AsyncDisposableStack();
  const engine = starting.use(await startRuledEngine());
  const aws = starting.use(await startTestAws(makeTemplate(makeTable('Directory')), { engine: engine.url }));
  // As Lambda tells its functions: by the environment.
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', aws.operator.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', aws.operator.secretAccessKey);
  starting.defer(() => void vi.unstubAllEnvs());
  const directory = createDirectory('Directory');
  const operator = starting.use(await openDirectory({ aws }));
  const running = starting.move();
  return { directory, operator, engine, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

/** A registered account, and the address of its phone. */
export const newOwner = async (directory: Directory) => {
  const { account, first } = newAccount();
  await directory.register(first, undefined);
  return { account, address: `${account}.1` };
};
