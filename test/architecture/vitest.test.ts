/** Every test file runs: none has a name or a place that Vitest passes over. */
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../harness/parts.js';
import { runProgram } from '../harness/process.js';
import { files } from './tree.js';

test('Vitest picks up every file that looks like a test, once', async () => {
  const listed = await runProgram(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'list', '--filesOnly', '--json'],
    { cwd: checkout },
  );
  const picked = (JSON.parse(listed) as { file: string }[]).map(({ file }) => relative(checkout, file)).sort();
  const looksLikeTest = files.filter(file => /\.(test|spec)\.[cm]?[jt]sx?$/.test(file)).sort();
  expect(picked).toEqual(looksLikeTest);
});

test('every folder of integration tests has tests', () => {
  const folders = new Set(files.flatMap(file => /^test\/integration\/([^/]+)\//.exec(file)?.[1] ?? []));
  const tested = new Set(files.flatMap(file => /^test\/integration\/([^/]+)\/.*\.test\.ts$/.exec(file)?.[1] ?? []));
  expect([...folders].filter(folder => !tested.has(folder))).toEqual([]);
});
