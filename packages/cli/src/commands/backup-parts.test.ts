import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certfleet-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('backup create --part writes what the server sends to a new file that only its owner can read', async () => {
  const api = new FakeApi();
  const file = join(folder, 'new.backup');
  const line = ['backup', 'create', file, '--part', 'certificates', '--certificates', 'vs'];
  const result = await run(line, { api, answers: ['correct horse', 'correct horse'] });
  expect([result.stderr, result.exitCode]).toEqual(['', 0]);
  expect(api.calls).toEqual([
    {
      operation: 'backup.create',
      body: { kind: 'certificates', certificates: 'vs', passPhrase: 'correct horse' },
    },
  ]);
  expect(readFileSync(file, 'utf8')).toBe('certfleet-backup of a test');
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const again = await run(['backup', 'create', file, '--part', 'base'], { api });
  expect(again.stderr).toContain('is there already');
  expect(readFileSync(file, 'utf8')).toBe('certfleet-backup of a test');
});

test.each<[string, string[], object]>([
  ['{"sealedBy":"master-key"}', ['--parts', 'base'], { query: { parts: 'base' } }],
  [
    '{"sealedBy":"pass-phrase"}',
    [],
    { headers: { 'certfleet-pass-phrase': Buffer.from('pass phräse').toString('base64url') } },
  ],
])('backup restore sends the file as it is, and the pass phrase beside it: %s', async (header, flags, call) => {
  const api = new FakeApi();
  const file = join(folder, 'old.backup');
  writeFileSync(file, `certfleet-backup 1\n${header}\n\0…`);
  const result = await run(['backup', 'restore', file, '--yes', ...flags], { api, answers: ['pass phräse'] });
  expect([result.stderr, result.exitCode]).toEqual(['', 0]);
  expect(api.calls).toMatchObject([{ operation: 'backup.restore', upload: readFileSync(file, 'utf8'), ...call }]);
  expect(result.stdout).toContain('certfleet system resume');
});

test('a pass phrase that is too short is refused before anything is asked', async () => {
  const api = new FakeApi();
  const line = ['backup', 'create', join(folder, 'x'), '--part', 'certificates'];
  expect((await run(line, { api, answers: ['short', 'short'] })).stderr).toContain('7');
  expect(api.calls).toEqual([]);
});
