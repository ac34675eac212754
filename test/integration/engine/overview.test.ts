import { type CertificateProblem, type Overview, operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problem } from '../../harness/faults.js';
import { type Fleet, hours, startFleet } from './fleet.js';
import { certificateBecomes, certificateIs, eventually } from './waiting.js';

const limits = {
  newOrdersPerAccount: { count: 300, per: hours(3) },
  certificatesPerRegisteredDomain: { count: 2, per: hours(1) },
  certificatesPerExactSet: null,
  failuresPerIdentifier: null,
  renewalsExempt: true,
};

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ server: { rateLimits: () => limits } });
});
afterAll(() => fleet?.stop());

/** Once it is counted anew: it is kept for twenty times as long as it took. */
const overview = (accept: (overview: Overview) => boolean) =>
  eventually(() => fleet.api.call(operations.system.overview, {}), accept);

test('tells of what is well, what fails and how to mend it, and what is left at the CA', async () => {
  await fleet.request('shop');
  await certificateBecomes(fleet.api, 'shop', 1);
  const well = await overview(({ certificates }) => certificates.healthy === 1);
  expect(well).toMatchObject({
    paused: null,
    certificates: { total: 1, healthy: 1 },
    problems: { total: 0, items: [] },
    virtualServices: { total: 2, redirect: 1 },
    assignments: { total: 1, pending: 0, failing: 0 },
    solvers: { total: 2, disabled: 0, leftOver: 0 },
    channels: { working: 0, failing: 0, disabled: 0 },
  });
  expect(well.accounts).toEqual([
    {
      account: 'pebble',
      directoryUrl: fleet.proxy.directoryUrl,
      budgets: [
        { limit: 'newOrdersPerAccount', of: null, count: 300, windowSeconds: 10_800, used: 1, left: 299, nextAt: null },
        {
          ...{ limit: 'certificatesPerRegisteredDomain', of: 'example.com', count: 2, windowSeconds: 3600 },
          ...{ used: 1, left: 1, nextAt: null },
        },
      ],
    },
  ]);
  expect(well.days).toHaveLength(91);
  const { renewal } = await certificateIs(fleet.api, 'shop', () => true);
  expect(well.days.find(({ renewals }) => renewals > 0)?.day).toBe(renewal?.at.slice(0, 10));

  fleet.always('newOrder', problem(400, 'rejectedIdentifier'));
  const before = Date.now();
  await fleet.request('refused', { assignments: [] });
  const { problems } = await overview(found => found.problems.total === 1);
  expect(problems.items).toEqual<CertificateProblem[]>([
    {
      ...{ certificate: 'refused', health: 'needs-person', notAfter: null, action: 'preflight' },
      message: expect.stringContaining('rejectedIdentifier'),
      remedy: 'Take the name out, or use an account at a CA that certifies it.',
      since: expect.any(String),
    },
  ]);
  expect(Date.parse(problems.items[0]?.since ?? '')).toBeGreaterThanOrEqual(before);
  const listed = await fleet.api.call(operations.certificate.list, { query: { health: 'needs-person' } });
  expect(listed.items.map(({ name, health }) => [name, health])).toEqual([['refused', 'needs-person']]);
});
