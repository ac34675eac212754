import type { Assignment, Certificate } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { isLive, stagesOf, troublesOf } from './progress.js';

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

test("the CA's problem, by name, with a remedy for its type", () => {
  const subproblem = (identifier: string, type: string, detail: string | null) => ({
    identifier,
    type: `urn:ietf:params:acme:error:${type}`,
    detail,
  });
  const problem = {
    type: 'urn:ietf:params:acme:error:compound',
    detail: 'Several.',
    subproblems: [subproblem('a.example', 'connection', 'Refused.'), subproblem('b.example', 'odd', null)],
  };
  expect(troublesOf({ lastError: { ...lastError, problem } })).toEqual([
    { name: 'a.example', type: 'connection', detail: 'Refused.', remedy: expect.stringContaining('port 80') },
    { name: 'b.example', type: 'odd', detail: 'odd', remedy: expect.stringContaining('try again') },
  ]);
  expect(troublesOf({ lastError: { ...lastError, problem: { ...problem, subproblems: [] } } })).toMatchObject([
    { name: null, detail: 'Several.' },
  ]);
  expect(troublesOf({ lastError })).toEqual([]);
});
