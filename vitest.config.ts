import { defineConfig } from 'vitest/config';

/** Our packages are resolved from their sources. What is outside keeps Node's own conditions (pg needs them). */
const resolve = { conditions: ['certfleet-source', 'node'] };
const ssr = { resolve: { ...resolve, externalConditions: ['node'] } };

/** Two projects: `unit` needs nothing but Node; `integration` starts the real parts through test/harness. */
export default defineConfig({
  test: {
    globalSetup: 'test/temporary-folder.ts',
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          environment: 'node',
          // Milliseconds each, but a slow machine that does other things as well is no failure.
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // They wait more than they work: three keep two cores busy.
          maxWorkers: 3,
          // After the unit tests: the real programs need the machine's cores for themselves.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
