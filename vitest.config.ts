import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Our packages are resolved from their sources. What is outside keeps Node's own conditions (pg needs them). */
const resolve = { conditions: ['certfleet-source', 'node'] };
const ssr = { resolve: { ...resolve, externalConditions: ['node'] } };

/**
 * Test files in a folder that put something in the place of a module, or of the clock. What has been imported under that
 * (and ids are never given out below an earlier one) is nothing for other files.
 */
function replacing(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file));
  const tests = files.filter(file => file.endsWith('.test.ts') && !file.includes('node_modules'));
  return tests.filter(file => /\bvi\.(mock|useFakeTimers)\(/.test(readFileSync(file, 'utf8')));
}

/**
 * Two projects of a set of tests. A worker runs many files, one after another, and imports what they share once: half of
 * the time of most files would be spent on that. Those that would be in the way of others have a process each.
 */
function projects(test: {
  name: string;
  folder: string;
  include: string[];
  groupOrder: number;
  maxWorkers: number;
  timeout: number;
}): TestProjectInlineConfiguration[] {
  const { name, folder, include, groupOrder, maxWorkers, timeout } = test;
  const alone = replacing(folder);
  const shared = {
    environment: 'node',
    maxWorkers,
    sequence: { groupOrder },
    testTimeout: timeout,
    hookTimeout: timeout,
    unstubEnvs: true,
  };
  return [
    {
      resolve,
      ssr,
      test: { ...shared, name, include, exclude: [...configDefaults.exclude, ...alone], isolate: false },
    },
    { resolve, ssr, test: { ...shared, name: `${name}-alone`, include: alone } },
  ];
}

/** `unit` needs nothing but Node; `integration` starts the real parts through test/harness. */
export default defineConfig({
  test: {
    globalSetup: 'test/temporary-folder.ts',
    projects: [
      ...projects({
        name: 'unit',
        folder: 'packages',
        include: ['packages/*/src/**/*.test.ts'],
        groupOrder: 0,
        // As many as a small machine has cores; Vitest would leave one of them idle.
        maxWorkers: 2,
        // Milliseconds each, but a slow machine that does other things as well is no failure.
        timeout: 30_000,
      }),
      ...projects({
        name: 'integration',
        folder: 'test',
        include: ['test/**/*.test.ts'],
        // After the unit tests: the real programs need the machine's cores for themselves.
        groupOrder: 1,
        // They wait more than they work: three keep two cores busy.
        maxWorkers: 3,
        timeout: 60_000,
      }),
    ],
  },
});
