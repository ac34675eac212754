import { type Operation, operations } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { lines } from '../testing/lines/index.js';
import { run } from '../testing/run.js';

describe('a command line becomes operations of the contract', () => {
  test.each(lines)('certfleet %s', async (line, calls, answers) => {
    const api = new FakeApi();
    const result = await run(line.split(' '), { api, ...(answers ? { answers: [...answers] } : {}) });
    expect(result.stderr + result.stdout).not.toMatch(/undefined|\[object|What to do/);
    expect(result.exitCode).toBe(0);
    expect(api.calls).toEqual(calls);
  });

  test.each(lines)('certfleet %s --json prints one JSON document', async (line, _calls, answers) => {
    const { stdout } = await run([...line.split(' '), '--json'], answers ? { answers: [...answers] } : {});
    expect(() => JSON.parse(stdout)).not.toThrow();
  });
});

/** Called by no command, or by one that opens connections of its own: connection/access.test.ts. */
const exceptions = {
  'session.setup': 'certfleet setup',
  'session.create': 'sessions are for browsers',
  'session.delete': 'sessions are for browsers',
  'session.changePassword': 'sessions are for browsers',
  'backup.create': 'reads and writes files: backup-parts.test.ts',
  'event.export': 'writes a file: event-export.test.ts',
  'certificate.bulkExport': 'writes a file: certificate-bulk-export.test.ts',
  'backup.restore': 'reads and writes files: backup-parts.test.ts',
  'certificate.exportKey': 'certificate export --key-file: certificate-export.test.ts',
  'account.export': 'account export --key-file: key-files.test.ts',
  'account.link': 'account link --key-file: key-files.test.ts',
  'certificate.import': 'certificate import --file: key-files.test.ts',
  'certificate.importKey': 'certificate import-key --key-file: key-files.test.ts',
  'intermediate.add': 'intermediate add --file: key-files.test.ts',
};

test('there is a command for each operation of the contract', () => {
  const called = new Set(lines.flatMap(([, calls]) => calls.map(({ operation }) => operation)));
  const all = Object.entries(operations).flatMap(([noun, verbs]) =>
    Object.keys(verbs as Record<string, Operation>).map(verb => `${noun}.${verb}`),
  );
  expect(all.filter(name => !called.has(name)).sort()).toEqual(Object.keys(exceptions).sort());
});
