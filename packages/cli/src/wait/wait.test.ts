import type { Assignment, Certificate } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { type Circumstances, run } from '../testing/run.js';
import * as samples from '../testing/samples.js';

const requested: Certificate = {
  ...samples.certificate,
  status: 'pending',
  version: null,
  renewal: null,
  lastError: null,
  issuance: {
    step: 'presenting',
    account: 'letsencrypt',
    attempt: 1,
    since: '2026-11-21T10:00:00Z',
    stepSince: '2026-11-21T10:00:00Z',
    waitsUntil: null,
    reason: null,
    needsPerson: false,
  },
};
const issued: Certificate = { ...samples.certificate, version: { ...samples.version, number: 1 } };
const failing: Certificate = {
  ...requested,
  lastError: {
    message: 'the CA says: no A record for www.example.com',
    at: '2026-11-21T10:00:01Z',
    attempts: 1,
    problem: null,
  },
};

type Deployment = NonNullable<Assignment['deployment']>;
function deployed(status: Deployment['status'], about: Partial<Deployment> = {}): Assignment {
  const deployment = {
    ...(samples.assignment.deployment as Deployment),
    version: 1,
    status,
    servedSerial: null,
    ...about,
  };
  return { ...samples.assignment, deployment };
}
const waiting: Assignment = { ...samples.assignment, deployment: null };
const verified = deployed('verified', { servedSerial: samples.version.serial });

/** An API on which time passes: each look at the certificate shows the next state, then the last one for ever. */
function unfolding(states: [Certificate, Assignment][]): FakeApi {
  let looks = -1;
  const state = (): [Certificate, Assignment] => {
    const last = states[Math.min(Math.max(looks, 0), states.length - 1)];
    if (!last) throw new Error('no states');
    return last;
  };
  return new FakeApi({
    'certificate.request': requested,
    'certificate.show': () => {
      looks += 1;
      return state()[0];
    },
    'certificate.assignments': () => ({ items: [state()[1]], nextCursor: null }),
  });
}

const request = ['certificate', 'request', 'www', '--identifier', 'www.example.com', '--assign', 'web', '--wait'];
const requestWith = (api: FakeApi, more: string[] = [], circumstances: Circumstances = {}) =>
  run([...request, ...more], { api, ...circumstances });

describe('certificate request --wait', () => {
  test('shows each step once, then the certificate and what is served', async () => {
    const afterwards = new Date(samples.now.getTime() + 2000).toISOString();
    const api = unfolding([
      [requested, waiting],
      [requested, waiting],
      [requested, waiting],
      [issued, waiting],
      [issued, deployed('installed')],
      [issued, deployed('verified', { servedSerial: samples.version.serial, at: afterwards })],
    ]);
    const { exitCode, stdout, stderr } = await requestWith(api);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      [
        'Issue: presenting',
        'Deploy to web: waiting for its turn',
        `Issue: issued by ${samples.version.issuer}, serial ${samples.version.serial}`,
        'Deploy to web: installed, reading back what is served',
        `Deploy to web: serves serial ${samples.version.serial}\n`,
      ].join('\n'),
    );
    expect(stdout).toMatch(new RegExp(`^Serial +${samples.version.serial}$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^web \\(default\\) +verified +1 +just now +${samples.version.serial}$`, 'm'));
  });

  test("fails with the CA's words, and says what to do", async () => {
    const { exitCode, stdout, stderr } = await requestWith(
      unfolding([
        [requested, waiting],
        [requested, waiting],
        [failing, waiting],
      ]),
    );
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('certfleet certificate request www: www was not issued: the CA says: no A record');
    expect(stderr).toContain('What to do: Correct what the message names');
  });

  test.each<[Deployment['status'], Partial<Deployment>, string]>([
    ['failed', { error: 'HAProxy refused' }, 'Deploy to web: HAProxy refused'],
    ['rolled-back', { error: 'another serial was served' }, 'Deploy to web: rolled back: another serial was served'],
    [
      'unreachable',
      { error: 'no answer on port 443' },
      'Deploy to web: installed but not proven: no answer on port 443',
    ],
  ])('a deployment that ended as %s is a failure that names the target', async (status, about, line) => {
    const { exitCode, stderr } = await requestWith(unfolding([[issued, deployed(status, about)]]));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`  ${line}\n`);
  });

  test('an older version that is still served does not count', async () => {
    const old = deployed('verified', { version: 3, servedSerial: 'aa' });
    const api = new FakeApi({
      'certificate.show': { ...issued, version: { ...samples.version, number: 4 } },
      'certificate.assignments': { items: [old], nextCursor: null },
    });
    const { exitCode } = await run(['certificate', 'assign', 'www', 'web', '--wait', '--timeout', '3s'], { api });
    expect(exitCode).toBe(6);
  });

  test('the time is over: exit code 6, and it goes on by itself', async () => {
    const { exitCode, stderr } = await requestWith(unfolding([[requested, waiting]]), ['--timeout', '30s']);
    expect(exitCode).toBe(6);
    expect(stderr).toContain('www is not ready yet; waited 30s.\n  Issue: presenting\n');
    expect(stderr).toContain('goes on without this command');
  });

  test('somebody has to present by hand: exit code 6 at once, and what to do', async () => {
    const reason = 'Somebody has to present by hand what proves www.example.com (http-01).';
    const byHand: Certificate = {
      ...requested,
      issuance: { ...(requested.issuance as NonNullable<Certificate['issuance']>), reason, needsPerson: true },
    };
    const { exitCode, stderr } = await requestWith(unfolding([[byHand, waiting]]));
    expect(exitCode).toBe(6);
    expect(stderr).toContain(`www waits for somebody. ${reason}`);
    expect(stderr).toContain('certfleet certificate challenges www');
  });

  test('--json: one document with certificate and assignments, nothing else', async () => {
    const { stdout, stderr } = await requestWith(unfolding([[issued, verified]]), ['--json']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ certificate: issued, assignments: [verified] });
  });

  test('--json after a failure: the same, with the error', async () => {
    const { stdout, exitCode } = await requestWith(unfolding([[failing, waiting]]), ['--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      certificate: { name: 'www' },
      assignments: [{ target: 'web' }],
      error: { exitCode: 1, message: expect.stringContaining('no A record') },
    });
  });
});

describe('certificate renew --wait', () => {
  const line = ['certificate', 'renew', 'www', '--wait', '--timeout', '5s'];

  test('waits for a version after the one that was there', async () => {
    const { exitCode } = await run(line, { api: unfolding([[issued, verified]]) });
    expect(exitCode).toBe(6);
  });

  test('a failure from before does not count', async () => {
    const before: Certificate = { ...issued, status: 'failing', lastError: failing.lastError };
    const renewed: Certificate = { ...issued, version: { ...samples.version, number: 2 } };
    const api = unfolding([
      [before, verified],
      [before, verified],
      [before, verified],
      [renewed, deployed('verified', { version: 2, servedSerial: samples.version.serial })],
    ]);
    expect((await run(line, { api })).exitCode).toBe(0);
  });
});

test('certificate change --wait does not wait for a version when nothing of it is certified', async () => {
  const api = new FakeApi({ 'certificate.change': { ...samples.certificate, labels: { a: 'b' } } });
  const { exitCode } = await run(['certificate', 'change', 'www', '--label', 'a=b', '--wait'], { api });
  expect(exitCode).toBe(0);
});
