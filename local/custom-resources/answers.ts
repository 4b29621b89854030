import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export type Answers = AsyncDisposable & {
  /** A new URL that takes one answer, and what was put there. */
  open: () => { url: string; answer: Promise<string> };
};

/** The place where functions put their answers; the cloud's is a presigned URL of S3. */
export const startAnswers = async (): Promise<Answers> => {
  const awaited = new Map<string, (answer: string) => void>();
  const take = async (request: IncomingMessage): Promise<number> => {
    const { method, url = '', headers } = request;
    const resolve = awaited.get(url);
    // The URL is signed for a PUT without a content type, so that S3 refuses any other.
    if (resolve === undefined || method !== 'PUT' || (headers['content-type'] ?? '') !== '') return 403;
    resolve(await text(request));
    return 200;
  };
  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    open: () => {
      const path = `/${randomUUID()}`;
      const { promise: answer, resolve } = Promise.withResolvers<string>();
      awaited.set(path, resolve);
      return { url: `http://127.0.0.1:${port}${path}`, answer };
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
