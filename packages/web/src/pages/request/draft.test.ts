import type { Certificate } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { changeOf, type Draft, draftOf, emptyDraft, requestOf, whatIsMissing, wishOf } from './draft.js';

const draft = (changes: Partial<Draft>): Draft => ({ ...emptyDraft, text: 'www.example.com', ...changes });

test('what is left open is filled in: the name by the first one, the policy if there is no choice', () => {
  const text = '*.example.com, example.org';
  expect(wishOf(draft({ text }), [{ name: 'only' }])).toMatchObject({ name: 'wildcard.example.com', policy: 'only' });
  expect(wishOf(draft({ text }), [{ name: 'a' }, { name: 'b' }])).toMatchObject({ policy: 'default' });
});

test('a solver is asked for where one was chosen, by whatever spelling the name was typed in', () => {
  const text = 'Bücher.example www.example.com';
  const wish = wishOf(draft({ text, solvers: { 'xn--bcher-kva.example': 'dns', 'gone.example': 'dns' } }), []);
  expect(requestOf(wish).identifiers).toEqual([{ value: 'xn--bcher-kva.example', solver: 'dns' }, 'www.example.com']);
});

test('with a CSR there is no key of ours to choose, and nothing to deploy', () => {
  const assignments = [{ target: 'vs-2', isDefault: false }];
  expect(wishOf(draft({ csr: 'PEM', keyAlgorithm: 'P-384', assignments }), [])).toMatchObject({
    csr: 'PEM',
    keyAlgorithm: null,
    assignments: [],
  });
});

test.each([
  ['www.example.com', false],
  ['www.example.com 192.0.2.7', false],
  ['192.0.2.7 2001:db8::7', true],
])('%s, chosen for its names: as the default only where it has none', (text, isDefault) => {
  const wish = wishOf(draft({ text, assignments: [{ target: 'vs-2', isDefault: false }] }), []);
  expect(wish.assignments).toEqual([{ target: 'vs-2', isDefault }]);
});

const certificate = {
  name: 'www',
  identifiers: [
    { type: 'dns', value: 'www.example.com', solver: null },
    { type: 'dns', value: 'example.com', solver: 'dns' },
  ],
  policy: 'default',
  keyAlgorithm: null,
  profile: null,
} as unknown as Certificate;

test('a certificate that nobody changed is only tried again; another solver is a change', () => {
  const mended = draftOf(certificate);
  expect(changeOf(certificate, wishOf(mended, []))).toBeNull();
  const wish = wishOf({ ...mended, solvers: { ...mended.solvers, 'www.example.com': 'dns' } }, []);
  expect(changeOf(certificate, wish)).toMatchObject({ identifiers: [{ value: 'www.example.com', solver: 'dns' }, {}] });
  expect(changeOf(certificate, wishOf({ ...mended, text: 'www.example.com' }, []))).not.toBeNull();
  expect(changeOf(certificate, wishOf({ ...mended, policy: 'other' }, []))).not.toBeNull();
  expect(changeOf(certificate, wishOf({ ...mended, csr: 'PEM' }, []))).toMatchObject({ csr: 'PEM' });
});

test.each<[string, Partial<Draft>, string | null]>([
  ['nothing', { text: ' \n' }, 'names'],
  ['a bad name', { text: 'a_b.example www.example.com' }, 'names'],
  ['too many', { text: Array.from({ length: 101 }, (_, n) => `n${n}.example`).join('\n') }, 'names'],
  ["a name that certificates can't have", { name: 'a b' }, 'certificate'],
  ['an empty CSR', { csr: '' }, 'certificate'],
  ['all there', {}, null],
])('%s', (_, changes, step) => {
  expect(whatIsMissing(draft(changes))?.step ?? null).toBe(step);
});
