import type { Health } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { partsOf } from './health.js';

const well: Health = {
  status: 'ok',
  store: 'ok',
  scheduler: { status: 'ok', lagSeconds: 0 },
  haproxy: 'running',
  paused: false,
};

test('all is well: nothing to remark', () => {
  expect(partsOf(well).map(({ standing, remark }) => [standing, remark])).toEqual(Array(3).fill(['good', null]));
});

test.each<[string, Partial<Health>, string, string]>([
  ['a store out of reach', { store: 'unreachable' }, 'Store', 'database'],
  ['a job due for long', { scheduler: { status: 'late', lagSeconds: 600 } }, 'Scheduler', '10 minutes'],
  ['no scheduler', { scheduler: { status: 'stopped', lagSeconds: 0 } }, 'Scheduler', 'Start the server again'],
  ['HAProxy has ended', { haproxy: 'stopped' }, 'HAProxy', 'not served'],
])('%s is bad, and what to do is said', (_, failing, part, words) => {
  const found = partsOf({ ...well, ...failing }).find(one => one.part === part);
  expect(found).toMatchObject({ standing: 'bad', remark: expect.stringContaining(words) });
});
