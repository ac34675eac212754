import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandOf } from './command.js';
import type { Wish } from './draft.js';

const plain: Wish = {
  name: 'www',
  identifiers: [{ value: 'www.example.com', solver: null }],
  policy: 'default',
  keyAlgorithm: null,
  profile: null,
  csr: null,
  assignments: [],
};

test('what is left to the defaults is left out', () => {
  expect(commandOf(plain)).toBe('certfleet certificate request www \\\n  --identifier www.example.com \\\n  --wait');
});

test('everything, as a shell takes it', () => {
  const command = commandOf({
    ...plain,
    identifiers: [
      { value: '*.example.com', solver: 'dns' },
      { value: '2001:db8::1', solver: null },
    ],
    policy: 'short',
    keyAlgorithm: 'RSA-2048',
    profile: "o'clock $(x)",
    csr: 'PEM',
    assignments: [
      { target: 'vs-2', isDefault: true },
      { target: 'vs-4', isDefault: false },
    ],
  });
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(words).toEqual([
    ...['certfleet', 'certificate', 'request', 'www'],
    ...['--identifier', '*.example.com=dns', '--identifier', '2001:db8::1'],
    ...['--policy', 'short', '--key-algorithm', 'RSA-2048', '--profile', "o'clock $(x)", '--csr', 'request.csr'],
    ...['--assign', 'vs-2:default', '--assign', 'vs-4', '--wait'],
  ]);
});
