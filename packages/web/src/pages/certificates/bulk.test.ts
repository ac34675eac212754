import type { Certificate } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { type BulkAction, csvOf, doToEach, type Outcome, planOf } from './bulk.js';

const version = { number: 1, revokedAt: null } as Certificate['version'];
const certificate = (facts: Partial<Certificate>) =>
  ({ name: 'www', source: 'acme', version, assignments: 0, toBeRevoked: [], ...facts }) as Certificate;
const revoked = { number: 1, revokedAt: '2026-01-01T00:00:00Z' } as Certificate['version'];
const toBeRevoked = [{ version: 1 }] as Certificate['toBeRevoked'];

test.each<[BulkAction, Partial<Certificate>, string | null]>([
  ['renew', {}, null],
  ['renew', { version: null }, null],
  ['renew', { source: 'imported' }, 'It was imported'],
  ['assign', { version: null }, null],
  ['revoke', {}, null],
  ['revoke', { version: null }, 'Nothing was issued'],
  ['revoke', { version: revoked }, 'revoked already'],
  ['revoke', { source: 'imported' }, 'It was imported'],
  ['delete', {}, null],
  ['delete', { assignments: 1 }, 'assigned to a target'],
  ['delete', { assignments: 3 }, 'assigned to 3 targets'],
  ['delete', { toBeRevoked }, 'still to be revoked'],
  ['export', {}, null],
  ['export', { version: null }, 'Nothing was issued'],
])('%s %j: %s', (action, facts, reason) => {
  const { does, refused } = planOf(action, [certificate(facts)]);
  expect({ does: does.length, refused: refused.map(refusal => refusal.reason) }).toEqual(
    reason === null ? { does: 1, refused: [] } : { does: 0, refused: [expect.stringContaining(reason)] },
  );
});

test('each is done once, so many at a time, and one that is refused holds up no other', async () => {
  const outcomes: Outcome[] = [];
  let running = 0;
  let most = 0;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  await doToEach(
    names,
    async name => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      if (name === 'c') throw new Error('in use');
    },
    { atOnce: 2, signal: new AbortController().signal, onOutcome: outcome => outcomes.push(outcome) },
  );
  expect(most).toBe(2);
  expect(outcomes.map(({ name, error }) => `${name} ${error?.message ?? 'done'}`).sort()).toEqual([
    'a done',
    'b done',
    'c in use',
    'd done',
    'e done',
    'f done',
  ]);
});

test('what has not begun when it is stopped is left out', async () => {
  const abort = new AbortController();
  const done: string[] = [];
  await doToEach(['a', 'b', 'c'], async () => abort.abort(), {
    atOnce: 1,
    signal: abort.signal,
    onOutcome: ({ name }) => done.push(name),
  });
  expect(done).toEqual(['a']);
});

test('a table for spreadsheets quotes what it must, and has no formulas', () => {
  expect(
    csvOf([
      ['name', 'reason'],
      ['a', 'say "no", then\ngo'],
      ['=1+1', 'x'],
    ]),
  ).toBe('name,reason\r\na,"say ""no"", then\ngo"\r\n\'=1+1,x\r\n');
});
