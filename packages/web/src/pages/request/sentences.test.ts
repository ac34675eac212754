import type { Policy, PreflightFinding } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { emptyDraft, wishOf } from './draft.js';
import { sentencesOf } from './sentences.js';

const policy = {
  name: 'default',
  accounts: ['le', 'other'],
  keyAlgorithm: 'P-256',
  profile: 'tlsserver',
  renewals: [{ lifetime: '90 days', text: 'after 60 days' }],
} as Policy;
const proven = (name: string, by: string): PreflightFinding => ({
  check: 'solver',
  name,
  result: 'ok',
  message: `Proven by ${by}.`,
  remedy: null,
  solver: null,
});
const placeOf = (target: string) => `${target} (192.0.2.7:443)`;

test('the order, the proofs in groups, the key, the places, the renewals', () => {
  const draft = {
    ...emptyDraft,
    text: 'a.example b.example *.c.example',
    assignments: [
      { target: 'vs-2', isDefault: true },
      { target: 'vs-4', isDefault: false },
    ],
  };
  const findings = [proven('a.example', 'vs-1'), proven('b.example', 'vs-1'), proven('*.c.example', 'dns')];
  expect(sentencesOf(wishOf(draft, [policy]), { policy, findings, placeOf, mended: null })).toEqual([
    "The certificate a.example is ordered by the account le, or by other if that can't, for 3 names, in the profile tlsserver. Its first name, a.example, is asked for as the common name, which some CAs leave out.",
    'a.example and b.example: Proven by vs-1.',
    '*.c.example: Proven by dns.',
    'A new P-256 key is made here and kept encrypted.',
    expect.stringMatching(
      /on vs-2 \(192\.0\.2\.7:443\) \(also for .*\) and vs-4 \(192\.0\.2\.7:443\)\. What is served/,
    ),
    'From then on it is renewed and deployed without being asked for. One that is valid for 90 days is renewed after 60 days.',
  ]);
});

test('a CSR, nothing to deploy, and many names', () => {
  const text = Array.from({ length: 7 }, (_, n) => `n${n}.example`).join(' ');
  const sentences = sentencesOf(wishOf({ ...emptyDraft, text, csr: 'PEM' }, []), {
    policy: undefined,
    findings: [],
    placeOf,
    mended: null,
  });
  expect(sentences.join(' ')).toContain('n0.example, n1.example, n2.example, n3.example and 3 more: Proven as domains');
  expect(sentences.join(' ')).toContain('the key of your CSR');
  expect(sentences.join(' ')).not.toContain('handshake');
});

test.each([
  [0, 'It is deployed nowhere.'],
  [1, 'As soon as it is issued, it is installed on the target that it is assigned to, and read there by a handshake.'],
  [2, expect.stringContaining('the 2 targets')],
])('one that is mended, assigned to %i targets: its key and they stay', (assignments, deployed) => {
  const wish = wishOf({ ...emptyDraft, text: 'a.example' }, [policy]);
  const sentences = sentencesOf(wish, { policy, findings: [], placeOf, mended: { assignments, keyAlgorithm: null } });
  expect(sentences.slice(2, 4)).toEqual(['Its key is chosen as before.', deployed]);
  expect(sentences[4]).toMatch(
    assignments > 0 ? /is renewed and deployed without being asked for/ : /is renewed without being asked for/,
  );
});

test('one that is mended with another kind of key: which one', () => {
  const wish = wishOf({ ...emptyDraft, text: 'a.example', keyAlgorithm: 'RSA-2048' }, [policy]);
  const mended = { assignments: 0, keyAlgorithm: 'P-384' } as const;
  expect(sentencesOf(wish, { policy, findings: [], placeOf, mended })[2]).toMatch(/^A new RSA-2048 key is made here/);
});
