import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Challenge } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';
import * as samples from '../testing/samples.js';

const [file, record] = samples.challenges.challenges;
const content = file?.http?.content;

test('--value-only: what people present, each on its line and nothing else', async () => {
  const { stdout, stderr } = await run(['certificate', 'challenges', 'www', '--value-only']);
  expect(stdout).toBe(`${content}\n${record?.dns?.value}\n`);
  expect(stderr).toBe('');
});

test('--identifier: those of one name; a wildcard has its record at the name under it', async () => {
  const { stdout } = await run(['certificate', 'challenges', 'www', '--identifier', '*.example.com', '--value-only']);
  expect(stdout).toBe(`${record?.dns?.value}\n`);
  const { exitCode, stderr } = await run(['certificate', 'challenges', 'www', '--identifier', 'example.net']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('No challenge of www is for example.net.');
});

test('--save: a file for each of http-01 that people present, with the content and no line end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certfleet-cli-'));
  try {
    const into = join(folder, 'acme-challenge');
    const { stderr } = await run(['certificate', 'challenges', 'www', '--save', into]);
    expect(stderr).toBe(`Wrote 1 file(s) into ${into}.\n`);
    expect(await readdir(into)).toEqual([file?.http?.file]);
    const written = join(into, file?.http?.file ?? '');
    expect(await readFile(written, 'utf8')).toBe(content);
    expect((await stat(written)).mode & 0o777).toBe(0o644);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a name of a file that leads elsewhere is not taken from a server', () => {
  expect(Challenge.safeParse(file).success).toBe(true);
  const http = { ...file?.http, file: '../../.profile' };
  expect(Challenge.safeParse({ ...file, http }).success).toBe(false);
});

test('verify: what was found instead, and exit code 1 unless all are there', async () => {
  const api = new FakeApi({ 'certificate.verify': { goesOn: false, challenges: [file] } });
  const { exitCode, stdout } = await run(['certificate', 'verify', 'www'], { api });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('answered 404: "Not found"');
  expect(stdout).toContain('Not all are there: the CA is not told to look.');
});

test('what can be removed is shown below what is open, without what was found of it', async () => {
  const removable = samples.challenges.challenges.map(each => ({ ...each, state: 'removable' as const }));
  const old = { ...removable[0], http: { ...file?.http, content: 'former.thumbprint' } };
  const api = new FakeApi({ 'certificate.challenges': { ...samples.challenges, removable: [old] } });
  const { stdout } = await run(['certificate', 'challenges', 'www'], { api });
  const [open = '', former = ''] = stdout.split('Can be removed, of the order before:');
  expect(open).toContain('Present what is open');
  expect(former).toContain('former.thumbprint');
  expect(former).not.toContain('Found');
});

test('verify --wait: what the CA has refused is of no use any more, so other challenges are the remedy', async () => {
  const lastError = { ...samples.certificate.lastError, message: 'No file.', at: '2026-11-21T10:00:01Z' };
  const waiting = { ...samples.certificate, version: null, issuance: null, lastError: null };
  let looks = 0;
  const api = new FakeApi({
    'certificate.verify': { goesOn: true, challenges: [file] },
    'certificate.show': () => {
      looks += 1;
      return looks < 3 ? waiting : { ...waiting, lastError: { ...lastError, attempts: 1, problem: null } };
    },
  });
  const { exitCode, stderr } = await run(['certificate', 'verify', 'www', '--wait'], { api });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('certfleet certificate new-challenge www');
  expect(stderr).not.toContain('certificate renew');
});

test('new-challenge: waits until the CA has offered them', async () => {
  const none = { ...samples.challenges, order: null, needsPerson: false, challenges: [] };
  let looks = 0;
  const api = new FakeApi({
    'certificate.newChallenge': none,
    'certificate.challenges': () => {
      looks += 1;
      return looks < 4 ? none : samples.challenges;
    },
  });
  const { stdout } = await run(['certificate', 'new-challenge', 'www'], { api });
  expect(stdout).toContain(content);
  expect(looks).toBe(4);
});

test('new-challenge: ends when the next order fails as well', async () => {
  const none = { ...samples.challenges, order: null, needsPerson: false, challenges: [] };
  const lastError = { message: 'The CA cannot be reached.', at: '2026-11-21T10:00:01Z' };
  let looks = 0;
  const api = new FakeApi({
    'certificate.newChallenge': none,
    'certificate.challenges': () => {
      looks += 1;
      return looks < 3 ? none : { ...none, lastError };
    },
  });
  expect((await run(['certificate', 'new-challenge', 'www'], { api })).stdout).toContain(lastError.message);
});
