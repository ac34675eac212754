import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';

test("a private CA's root is read from a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certfleet-cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'root.pem');
  await writeFile(file, '-----BEGIN CERTIFICATE-----\n');
  const api = new FakeApi();
  expect((await run(['loadmaster', 'change', '--ca-certificate', file], { api })).exitCode).toBe(0);
  expect(api.calls).toMatchObject([
    { operation: 'loadmaster.change', body: { caCertificate: expect.stringContaining('BEGIN CERTIFICATE') } },
  ]);
});

test("none means the system's roots", async () => {
  const api = new FakeApi();
  expect((await run(['loadmaster', 'change', '--ca-certificate', 'none'], { api })).exitCode).toBe(0);
  expect(api.calls).toMatchObject([{ operation: 'loadmaster.change', body: { caCertificate: null } }]);
});
