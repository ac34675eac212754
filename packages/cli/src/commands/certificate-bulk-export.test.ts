import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';

test('certificates are written to a file that is not there yet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-bulk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'served.pem');
  const api = new FakeApi();
  const line = ['certificate', 'bulk-export', file, '--target', 'vs-2', '--format', 'csv'];
  const { stdout, exitCode } = await run(line, { api });
  expect([exitCode, stdout]).toEqual([0, `${file}: 17 bytes.\n`]);
  expect(readFileSync(file, 'utf8')).toBe('# www, version 3\n');
  expect(api.calls).toEqual([
    {
      operation: 'certificate.bulkExport',
      body: { selection: { filter: { target: 'vs-2' } }, format: 'csv' },
    },
  ]);

  const again = await run(line, { api });
  expect(again.exitCode).not.toBe(0);
  expect(again.stderr).toContain('is there already');
});

test.each([
  ['which are meant is not said', []],
  ['it is said twice', ['--all', '--policy', 'default']],
  ['some are left out of those that are named', ['--certificate', 'www', '--except', 'shop']],
])('nothing is asked for where %s', async (_, flags) => {
  const api = new FakeApi();
  const { exitCode } = await run(['certificate', 'bulk-export', 'certificates.pem', ...flags], { api });
  expect([exitCode, api.calls]).toEqual([2, []]);
});
