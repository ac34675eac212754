import type { Assignment, Certificate } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { isLive, stagesOf } from './progress.js';

type Seen = Parameters<typeof stagesOf>[0];

const nothing: Seen = { issuance: null, version: null, lastError: null, status: 'pending' };
const issuance = (step: string, needsPerson = false): Seen['issuance'] => ({
  step,
  needsPerson,
  reason: needsPerson ? 'Somebody is waited for.' : null,
  account: 'le',
  attempt: 1,
  since: '2026-11-21T20:00:00Z',
  stepSince: '2026-11-21T20:00:00Z',
  waitsUntil: null,
});
const version = { number: 1 } as NonNullable<Certificate['version']>;
const lastError = { message: 'No.', at: '2026-11-21T20:00:00Z', attempts: 1, problem: null };
const deployed = (status: NonNullable<Assignment['deployment']>['status'], of = 1) =>
  ({ target: 'vs-2', deployment: { status, version: of, error: null } }) as Assignment;

const words = (seen: Partial<Seen>, assignments: Assignment[] = [], since = 0) =>
  stagesOf({ ...nothing, ...seen }, assignments, since).map(({ word }) => word);

test.each<[string, Partial<Seen>, string[]]>([
  ['nothing has begun', {}, ['to come', 'to come', 'to come']],
  ['the order is written down', { issuance: issuance('new') }, ['under way', 'to come', 'to come']],
  ['challenges', { issuance: issuance('presenting') }, ['done', 'under way', 'to come']],
  ['a person is waited for', { issuance: issuance('presenting', true) }, ['done', 'waits for you', 'to come']],
  ['proven', { issuance: issuance('finalizing') }, ['done', 'done', 'under way']],
  ['issued', { version, status: 'valid' }, ['done', 'done', 'done']],
  ['failed', { lastError, status: 'failing' }, ['failed', 'not reached', 'not reached']],
  [
    'failed before, and under way again',
    { lastError, status: 'failing', issuance: issuance('validating') },
    ['done', 'under way', 'to come'],
  ],
])('%s', (_, seen, expected) => {
  expect(words(seen)).toEqual(expected);
});

test('a version that was there before is not the one that is waited for', () => {
  expect(words({ version, lastError, status: 'failing' }, [], 1)[0]).toBe('failed');
  expect(words({ version: { ...version, number: 2 } }, [], 1)).toEqual(['done', 'done', 'done']);
});

test('nothing is served before it is issued, and only a handshake makes it live', () => {
  expect(words({ issuance: issuance('finalizing') }, [deployed('verified')]).at(-1)).toBe('to come');
  const after = (assignment: Assignment) => stagesOf({ ...nothing, version }, [assignment], 0);
  expect(after(deployed('verified', 0)).at(-1)?.word).toBe('to come');
  expect(isLive(after(deployed('installed')))).toBe(false);
  expect(isLive(after(deployed('verified')))).toBe(true);
});

test('of many targets it tells how many serve it, and which are in trouble', () => {
  const on = (number: number, status: Parameters<typeof deployed>[0]) =>
    Array.from({ length: number }, () => deployed(status));
  const told = (assignments: Assignment[]) =>
    stagesOf({ ...nothing, version, status: 'valid' }, assignments, 0)
      .slice(3)
      .map(({ title, standing }) => [title, standing]);
  expect(told(on(20, 'verified'))).toHaveLength(20);
  expect(told(on(1_200, 'verified'))).toEqual([['Served by 1200 of its 1200 targets', 'good']]);
  expect(told([...on(1_199, 'verified'), ...on(1, 'pending')])).toEqual([
    ['Served by 1199 of its 1200 targets', 'busy'],
  ]);
  const troubled = told([...on(1_000, 'verified'), ...on(30, 'failed')]);
  expect(troubled[0]).toEqual(['Served by 1000 of its 1030 targets', 'attention']);
  expect(troubled).toHaveLength(21);
});
