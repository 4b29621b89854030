import { defineConfig } from 'vitest/config';
import { CountReporter } from './test/count-reporter.ts';

/** One project a kind of evidence; every kind but the pure ones meets a real engine, real sockets and the real bundles. */
const kinds = ['unit', 'property', 'contract', 'infra', 'scenario'];

export default defineConfig({
  test: {
    reporters: ['default', new CountReporter()],
    globalSetup: ['./test/synthesize.ts'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    projects: kinds.map((name) => ({ extends: true, test: { name, include: [`test/${name}/**/*.test.ts`] } })),
  },
});
