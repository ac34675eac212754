import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** Our packages are resolved from their sources. What is outside keeps Node's own conditions (pg needs them). */
const resolve = { conditions: ['certfleet-source', 'node'] };
const ssr = { resolve: { ...resolve, externalConditions: ['node'] } };

/**
 * Unit tests that put something in the place of a module or of the clock: what has been imported or remembered under that
 * is nothing for other files.
 */
const replacing = readdirSync('packages', { recursive: true, encoding: 'utf8' })
  .filter(file => /^[^/]+\/src\/.*\.test\.ts$/.test(file))
  .map(file => `packages/${file}`)
  .filter(file => /\bvi\.(mock|useFakeTimers)\(/.test(readFileSync(file, 'utf8')));

const unit = {
  environment: 'node',
  // Milliseconds each, but a slow machine that does other things as well is no failure.
  testTimeout: 30_000,
  hookTimeout: 30_000,
  // Vitest would leave one core idle: of a small machine that is half.
  maxWorkers: availableParallelism(),
  unstubEnvs: true,
} as const;

/**
 * `unit` needs nothing but Node. Its workers run one file after another and import once what those share, which takes
 * longer than most tests; in `unit-alone` each file has a process of its own. `integration` starts the real parts through
 * test/harness.
 */
export default defineConfig({
  test: {
    globalSetup: 'test/temporary-folder.ts',
    projects: [
      {
        resolve,
        ssr,
        test: {
          ...unit,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...replacing],
          isolate: false,
        },
      },
      { resolve, ssr, test: { ...unit, name: 'unit-alone', include: replacing } },
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
