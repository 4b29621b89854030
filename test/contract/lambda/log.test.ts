import { createServer } from 'node:http';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { serveFunctions } from './functions.fixture.ts';

const anyText: unknown = expect.any(String);

test('each line carries its function, its invocation and where it was written', async () => {
  const source = `console.log('loaded');
    export const handler = async (event, { awsRequestId }) => {
      console.log('one\\ntwo'); console.error('wrong'); process.stdout.write('in '); process.stdout.write(new TextEncoder().encode('parts'));
      return awsRequestId;
    };`;
  await using lambda = await serveFunctions({ speak: source });
  const answer = await lambda.invoke('speak', {});
  const requestId = 'payload' in answer ? answer.payload : undefined;
  await lambda.line('in parts');
  const about = { function: 'speak', requestId };
  expect(lambda.lines.filter(({ line }) => line !== 'loaded')).toEqual([
    { ...about, source: 'stdout', line: 'one' },
    { ...about, source: 'stdout', line: 'two' },
    { ...about, source: 'stderr', line: 'wrong' },
    { ...about, source: 'stdout', line: 'in parts' },
  ]);
});

test('the stack of an error that the handler throws is reported', async () => {
  await using lambda = await serveFunctions({
    fail: "export const handler = async () => { throw new Error('why'); };",
  });
  await lambda.invoke('fail', {});
  const { source, line } = await lambda.line('why');
  expect(source).toBe('platform');
  expect(line).toMatch(/Error: why\n\s+at handler .*index\.mjs:1/);
});

test.each([
  ['a timer', 'setTimeout(() => {}, 60_000);', 'Timeout'],
  ['a request', 'fetch(process.env.AWS_ENDPOINT_URL).catch(() => {});', 'TCP'],
])('%s left running after the answer is reported', async (_what, body, kind) => {
  await using server = await silentServer();
  const source = `export const handler = async () => { ${body} return 1; };`;
  await using lambda = await serveFunctions({ hasty: source }, { given: { AWS_ENDPOINT_URL: server.url } });
  const answer = await lambda.invoke('hasty', {});
  expect(answer).toEqual({ payload: 1 });
  const reported = await lambda.line('returned while work was still running');
  expect(reported).toMatchObject({ function: 'hasty', requestId: anyText, source: 'platform' });
  expect(reported.line).toContain(kind);
});

test('a bundle of the AWS SDK that keeps its connections alive is not blamed', async () => {
  await using server = await tableServer();
  const { outputFiles } = buildSync({
    stdin: {
      resolveDir: import.meta.dirname,
      contents: `import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
        const client = new DynamoDBClient({});
        export const handler = async () => (await client.send(new ListTablesCommand({}))).TableNames;`,
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
  });
  const given = { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  await using lambda = await serveFunctions({ tables: outputFiles[0]?.text ?? '' }, { given });
  const answers = [await lambda.invoke('tables', {}), await lambda.invoke('tables', {})];
  expect(answers).toEqual([{ payload: ['mail'] }, { payload: ['mail'] }]);
  expect(server.connections()).toBe(1);
  expect(lambda.lines).toEqual([]);
});

/** Takes requests and answers none. */
const silentServer = () => serve(() => {});

const tableServer = () => serve((answer) => answer('{"TableNames":["mail"]}'));

async function serve(handle: (answer: (body: string) => void) => void) {
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume();
    handle((body) => response.setHeader('content-type', 'application/x-amz-json-1.0').end(body));
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
