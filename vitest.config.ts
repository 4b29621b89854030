import { defineConfig } from 'vitest/config';
import { CountReporter } from './test/count-reporter.ts';

/** One project a kind of evidence; every kind but the pure ones meets a real engine, real sockets and the real bundles. */
const kinds = ['unit', 'property', 'contract', 'infra', 'scenario', 'program', 'fault'];

export default defineConfig({
  test: {
    reporters: ['default', new CountReporter()],
    globalSetup: ['./test/synthesize.ts'],
    // Tests leave nothing behind in the modules that they share, so a worker imports each once: half of the time.
    isolate: false,
    // What a test waits for is mostly not the processor.
    maxWorkers: '100%',
    // What takes a second alone takes many on a machine with two cores and much else to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: kinds.map((name) => ({ extends: true, test: { name, include: [`test/${name}/**/*.test.ts`] } })),
  },
});
