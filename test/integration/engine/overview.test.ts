import { type CertificateProblem, type Overview, operations, type Progress } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problem } from '../../harness/faults.js';
import { type Fleet, hours, startFleet } from './fleet.js';
import { certificateBecomes, certificateGets, certificateIs, eventually } from './waiting.js';

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
    assignments: { total: 1, pending: 0, failing: 0, unproven: 0 },
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
  expect(await fleet.api.call(operations.account.limits, { params: { name: 'pebble' } })).toEqual(well.accounts[0]);
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

test('lists an order at its step while it is under way, and tells how a deployment gets on', async () => {
  const waits = fleet.always('authorization', problem(503, 'serverInternal'));
  const steps: Progress[] = [];
  const unsubscribe = fleet.certfleet.server.engine.progress.subscribe(progress => steps.push(progress));
  await fleet.request('slow');
  const running = () => fleet.api.call(operations.system.running, { query: { certificate: 'slow' } });
  const { items } = await eventually(running, found => found.items[0]?.step === 'created');
  expect(items).toEqual([
    expect.objectContaining({
      kind: 'order',
      certificate: 'slow',
      account: 'pebble',
      target: null,
      needsPerson: false,
    }),
  ]);
  const { issuance } = await certificateIs(fleet.api, 'slow', () => true);
  expect(issuance).toMatchObject({ step: 'created', since: items[0]?.startedAt, stepSince: items[0]?.stepSince });

  waits.remove();
  await fleet.api.call(operations.certificate.renew, { params: { name: 'slow' } });
  const { renewal } = await certificateGets(fleet.api, 'slow', 1);
  unsubscribe();
  expect(
    steps.filter(({ subject }) => subject === 'certificate:slow').map(({ step, target }) => [step, target]),
  ).toEqual(
    expect.arrayContaining([
      ['validating', undefined],
      ['finalizing', undefined],
      ['installing', 'vs-2'],
      ['installed', 'vs-2'],
    ]),
  );
  expect((await running()).items).toEqual([]);
  expect(renewal).toMatchObject({ reason: 'lifetime', window: null, period: { reason: 'lifetime' } });
  expect(renewal?.askedAgainAt).not.toBeNull();
});
