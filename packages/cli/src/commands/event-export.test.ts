import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';

test('events are written to a file that is not there yet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-events-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'events.csv');
  const api = new FakeApi();
  const { stdout, exitCode } = await run(['event', 'export', file, '--since', '2h', '--subject', 'certificate:www'], {
    api,
  });
  expect([exitCode, stdout]).toEqual([0, `${file}: 7 bytes.\n`]);
  expect(readFileSync(file, 'utf8')).toBe('id,at\r\n');
  expect(api.calls).toEqual([
    { operation: 'event.export', query: { subject: 'certificate:www', since: '2026-11-21T08:00:00.000Z' } },
  ]);

  const again = await run(['event', 'export', file], { api });
  expect(again.exitCode).not.toBe(0);
  expect(again.stderr).toContain('is there already');
});
