import type { SolverFindings } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';
import * as samples from '../testing/samples.js';

/** Output that people see, at 80 columns. `vitest -u` writes the files again; look at them before committing. */
const shown = [
  'account directory letsencrypt',
  'account limits letsencrypt',
  'account list',
  'account show letsencrypt',
  'certificate assignments www',
  'certificate challenges www',
  'certificate list',
  'certificate proofs www',
  'certificate served www',
  'certificate show www',
  'certificate show www --utc',
  'certificate versions www',
  'channel list',
  'channel show ops',
  'domain unprovable',
  'event list',
  'event show 42',
  'intermediate list',
  'intermediate show example-ca-2',
  'overview',
  'plugin list',
  'policy list',
  'policy show default',
  'running',
  'solver list',
  'solver show dns',
  'solver test dns --identifier www.example.com',
  'system pause',
  'system show',
  'target list',
  'token list',
  'user list',
  'virtual-service list',
  'virtual-service load-balancers',
  'virtual-service show 1',
  'whoami',
];

const lines = (text: string) => text.split('\n');
const answered = {
  check: 'http-01',
  result: 'ok',
  message: 'It was looked for.',
  remedy: null,
  solver: null,
} as const;

describe('what is printed', () => {
  test.each(shown)('certfleet %s', async line => {
    const { stdout, stderr } = await run(line.split(' '), { world: { zone: 'Europe/Vienna' } });
    expect(stderr).toBe('');
    expect(Math.max(...lines(stdout).map(({ length }) => length)), 'the longest line').toBeLessThanOrEqual(
      / (show|directory|challenges) /.test(line) ? Number.POSITIVE_INFINITY : 80,
    );
    await expect(stdout).toMatchFileSnapshot(`golden/${line.replaceAll(' ', '_')}.txt`);
  });

  test.each<[string, Partial<SolverFindings>, string[]]>([
    [
      'answers',
      { zones: null, record: null, answers: [{ ...answered, name: null }] },
      ['Result   It works', 'Answers  It was looked for.'],
    ],
    [
      'answers, but not at the name that was asked about',
      {
        ...{ zones: null, record: null },
        answers: [
          { ...answered, name: null },
          { ...answered, name: 'www', result: 'warning', remedy: 'Look there.' },
        ],
      },
      [
        'Result   It answers, but not for www',
        'Answers  It was looked for.',
        'www      It was looked for. Look there.',
      ],
    ],
    ['is a person', { zones: null, record: null, byPerson: true }, ['Result  Nobody was asked: a person presents']],
  ])('certfleet solver test, of one that %s', async (_, found, told) => {
    const api = new FakeApi({ 'solver.test': { ...samples.solverFindings, ...found } });
    const { stdout } = await run(['solver', 'test', 'web'], { api });
    expect(lines(stdout.trimEnd())).toEqual(told);
  });

  test('certfleet certificate show, of one that is not issued yet', async () => {
    const api = new FakeApi({ 'certificate.show': samples.pendingCertificate });
    const { stdout } = await run(['certificate', 'show', 'mail'], { api });
    await expect(stdout).toMatchFileSnapshot('golden/certificate_show_pending.txt');
  });

  test('nothing is cut off where standard output is not a terminal', async () => {
    const { stdout } = await run(['event', 'list'], { columns: null });
    expect(stdout).toContain(samples.event.message);
  });

  test('an empty list says how to make something, beside standard output', async () => {
    const api = new FakeApi({ 'policy.list': { items: [], nextCursor: null } });
    const { stdout, stderr } = await run(['policy', 'list'], { api });
    expect(stdout).toBe('');
    expect(stderr).toBe('There are no policies. Create one: certfleet policy create default --account NAME\n');
  });

  test('text from elsewhere cannot control the terminal', async () => {
    const message = 'red \u001b[31m, two\nlines, bell \u0007';
    const api = new FakeApi({ 'event.list': { items: [{ ...samples.event, message }], nextCursor: null } });
    const { stdout } = await run(['event', 'list'], { api, columns: null });
    expect(stdout).toContain('red \ufffd[31m, two lines, bell \ufffd');
  });
});
