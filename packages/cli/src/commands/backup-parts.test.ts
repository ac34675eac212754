import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Server } from '../server-package.js';
import { FakeApi, FakeProblem } from '../testing/fake-api.js';
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
  expect(readdirSync(folder)).toEqual(['new.backup']);

  const again = await run(['backup', 'create', file, '--part', 'base'], { api });
  expect(again.stderr).toContain('is there already');
  expect(api.calls).toHaveLength(1);
  expect(readFileSync(file, 'utf8')).toBe('certfleet-backup of a test');
});

test.each<[string, string[], object]>([
  ['{"sealedBy":"master-key"}', ['--parts', 'base'], { query: { parts: 'base' } }],
  [
    '{"sealedBy":"pass-phrase"}',
    [],
    { headers: { 'certfleet-pass-phrase': Buffer.from('pass phräse').toString('base64url') } },
  ],
  [
    '{"sealedBy":"pass-phrase"} ',
    ['--pass-phrase-file', '-', '--certificates', 'vs'],
    {
      query: { certificates: 'vs' },
      headers: { 'certfleet-pass-phrase': Buffer.from('from elsewhere').toString('base64url') },
    },
  ],
])('backup restore sends the file as it is, and the pass phrase beside it: %s', async (header, flags, call) => {
  const api = new FakeApi();
  const file = join(folder, 'old.backup');
  writeFileSync(file, `certfleet-backup 1\n${header}\n\0…`);
  const result = await run(['backup', 'restore', file, '--yes', ...flags], {
    api,
    input: 'from elsewhere\n',
    answers: ['pass phräse'],
  });
  expect([result.stderr, result.exitCode]).toEqual(['', 0]);
  expect(api.calls).toMatchObject([{ operation: 'backup.restore', upload: readFileSync(file, 'utf8'), ...call }]);
  expect(result.stdout).toContain('certfleet system resume');
});

test('a base backup under the usual pass phrase: that is what an empty answer means, and a script need not have it', async () => {
  const file = join(folder, 'base.backup');
  writeFileSync(file, 'certfleet-backup 1\n{"kind":"base","sealedBy":"pass-phrase"}\n\0…');
  const restore = ['backup', 'restore', file, '--yes'];
  const headersOf = (api: FakeApi) => api.calls.map(({ headers }) => headers ?? {});

  const asked = new FakeApi();
  const byHand = await run(restore, { api: asked, answers: [''] });
  expect(byHand.questions).toEqual([expect.stringContaining('empty for the usual one')]);
  expect([byHand.stderr, byHand.exitCode, headersOf(asked)]).toEqual(['', 0, [{}]]);

  const unasked = new FakeApi();
  const byScript = await run(restore, { api: unasked });
  expect([byScript.stderr, byScript.exitCode, headersOf(unasked)]).toEqual(['', 0, [{}]]);

  const message = 'The backup is sealed under a pass phrase. Give it.';
  const refusing = new FakeApi({
    'backup.restore': () => {
      throw new FakeProblem('invalid-input', message, [{ path: 'passPhrase', message }]);
    },
  });
  const without = await run(restore, { api: refusing });
  expect(without.exitCode).toBe(2);
  expect(without.stderr).toContain('--pass-phrase-file');
});

test('one of certificates needs its pass phrase', async () => {
  const api = new FakeApi();
  const file = join(folder, 'certificates.backup');
  writeFileSync(file, 'certfleet-backup 1\n{"kind":"certificates","sealedBy":"pass-phrase"}\n\0…');
  expect((await run(['backup', 'restore', file, '--yes'], { api })).stderr).toContain('Pass phrase of the backup');
  expect((await run(['backup', 'restore', file, '--yes'], { api, answers: [''] })).stderr).toContain('7');
  expect(api.calls).toEqual([]);
});

describe('options that say something about another kind of backup are refused by name, and nothing is done', () => {
  const secrets = ['--pass-phrase-file', '/nowhere'];
  test.each<[string, string[], string[], string[]]>([
    ['create a copy', [], ['--certificates', 'third', ...secrets], ['--certificates', '--pass-phrase-file']],
    ['create a copy', [], ['--offline'], ['--offline']],
    ['create a base backup', ['--part', 'base'], ['--certificates', 'third'], ['--certificates']],
    ['create by the server', ['--part', 'base'], ['--config', 'certfleet.yaml'], ['--config']],
  ])('%s %j %j', async (_, kind, flags, refused) => {
    const api = new FakeApi();
    const store = new FakeStore();
    const line = ['backup', 'create', join(folder, 'new'), ...kind, ...flags];
    const result = await run(line, { api, world: store.world, answers: [] });
    expect(result.exitCode).toBe(2);
    for (const name of refused) expect(result.stderr).toContain(name);
    expect([api.calls, store.calls]).toEqual([[], []]);
  });

  test.each<[string, string[], string]>([
    ['a copy of the store', ['--parts', 'base'], 'SQLite format 3\0'],
    ['a copy of the store', ['--certificates', 'vs'], 'SQLite format 3\0'],
    ['a copy of the store', secrets, 'SQLite format 3\0'],
    ['a copy of the store', ['--master-key-file', '/nowhere'], 'SQLite format 3\0'],
    ['a copy of the store', ['--offline'], 'SQLite format 3\0'],
    ['parts, by the server', ['--config', 'certfleet.yaml'], 'certfleet-backup 1\n{"kind":"base"}\n'],
  ])('restore %s %j', async (_, flags, content) => {
    const api = new FakeApi();
    const store = new FakeStore();
    const file = join(folder, 'some.backup');
    writeFileSync(file, content);
    const result = await run(['backup', 'restore', file, '--yes', ...flags], { api, world: store.world });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(flags[0]);
    expect([api.calls, store.calls]).toEqual([[], []]);
  });

  test('without them a copy is made, and restored', async () => {
    const store = new FakeStore();
    const file = join(folder, 'copy.db');
    writeFileSync(file, 'SQLite format 3\0');
    const env = { CERTFLEET_PASS_PHRASE: 'of another command' };
    const restored = await run(['backup', 'restore', file, '--yes'], { world: store.world, env });
    const created = await run(['backup', 'create', join(folder, 'new')], { world: store.world, env });
    expect([restored.exitCode, created.exitCode]).toEqual([0, 0]);
    expect(store.calls).toEqual(['restore', 'backUp']);
  });
});

test('two pass phrases that differ are called so', async () => {
  const line = ['backup', 'create', join(folder, 'x'), '--part', 'certificates'];
  const { stderr } = await run(line, { answers: ['correct horse', 'battery staple'] });
  expect(stderr).toContain('The two answers differ');
});

test('a pass phrase that is too short is refused before anything is asked', async () => {
  const api = new FakeApi();
  const line = ['backup', 'create', join(folder, 'x'), '--part', 'certificates'];
  expect((await run(line, { api, answers: ['short', 'short'] })).stderr).toContain('7');
  expect(api.calls).toEqual([]);
});

/** The server package, as far as backups of the whole store need it. */
class FakeStore {
  readonly calls: string[] = [];
  readonly world = {
    loadServer: async () =>
      ({
        ConfigError: class extends Error {},
        backUp: async (_: unknown, file: string) => this.#called('backUp', { file, bytes: 1 }),
        restore: async (_: unknown, file: string) => this.#called('restore', { file }),
      }) as unknown as Server,
  };
  #called<T>(name: string, answer: T): T {
    this.calls.push(name);
    return answer;
  }
}
