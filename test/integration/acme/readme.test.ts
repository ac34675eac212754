import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseChain, privateKeyFromPem } from '@certfleet/acme';
import { expect, test, vi } from 'vitest';
import { startChallengeTestServer } from '../../harness/challtestsrv.js';
import { startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { createWorkdir } from '../../harness/workdir.js';

const checkout = join(import.meta.dirname, '../../..');
const folder = join(checkout, 'packages/acme');

test('the README shows the example as it is', () => {
  const [, shown] = /```ts\n([\s\S]*?)\n```/.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  expect(shown).toBe(readFileSync(join(folder, 'examples/obtain.ts'), 'utf8').trimEnd());
});

test('every file that the conformance table and the decisions name is there', () => {
  const docs = ['docs/rfc-conformance.md', 'docs/decisions/acme-der.md', 'docs/decisions/acme-connections.md'];
  const text = docs.map(doc => readFileSync(join(checkout, doc), 'utf8')).join('\n');
  const named = [...text.matchAll(/`((?:packages|test)\/[\w./-]+\.ts)`/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(path => !existsSync(join(checkout, path)))).toEqual([]);
});

test('the example obtains a certificate from a real CA', async () => {
  const workdir = createWorkdir('acme-readme');
  const dns = await startChallengeTestServer();
  const pebble = await startPebble({ nonceReject: 5, httpPort: await freePort(), dnsServer: dns.dnsServer });
  writeFileSync(workdir.file('ca.pem'), pebble.caPem);
  vi.stubEnv('DIRECTORY_URL', pebble.directoryUrl);
  vi.stubEnv('CA_FILE', workdir.file('ca.pem'));
  vi.stubEnv('HTTP_PORT', String(pebble.httpPort));
  vi.stubEnv('FOLDER', workdir.path);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await import('../../../packages/acme/examples/obtain.js');
    const { certificates } = parseChain(readFileSync(workdir.file('chain.pem'), 'utf8'));
    expect(certificates[0].subjectAltName).toBe('DNS:www.example.com');
    const key = privateKeyFromPem(readFileSync(workdir.file('key.pem'), 'utf8'));
    expect(certificates[0].checkPrivateKey(key)).toBe(true);
  } finally {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await pebble.stop();
    await dns.stop();
    workdir.remove();
  }
});
